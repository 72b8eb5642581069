import { GraphQLError } from 'graphql';
import { builder } from './builder.ts';

builder.scalarType('Date', {
  description: 'A calendar day, `YYYY-MM-DD`.',
  serialize: (day) => day,
  parseValue(value) {
    if (typeof value === 'string' && isDay(value)) return value;
    throw new GraphQLError('A Date is a day of the calendar written YYYY-MM-DD, such as "2026-02-14".');
  },
});

builder.scalarType('DateTime', {
  description: 'A moment in UTC, as RFC 3339 writes it: `2026-02-14T09:30:00Z`.',
  serialize: (moment) => (typeof moment === 'number' ? new Date(moment).toISOString() : moment),
  parseValue(value) {
    if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return new Date(value).toISOString();
    throw new GraphQLError('A DateTime is written as RFC 3339 has it, such as "2026-02-14T09:30:00Z".');
  },
});

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  );
}
