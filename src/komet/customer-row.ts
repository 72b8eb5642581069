import { z } from 'zod';
import type { Customer } from './customer.ts';

/** Komet writes the same value as a string in one reply and as a number in another (komet-api.md 2.6). */
function readText(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
}

const Id = z.transform((value: unknown, context) => {
  const id = readText(value);
  if (!/^\d{1,20}$/.test(id)) context.issues.push({ code: 'custom', message: 'not an id', input: value });
  return id;
});

const Name = z.transform((value: unknown, context) => {
  const name = readText(value);
  if (name === '') context.issues.push({ code: 'custom', message: 'no name', input: value });
  return name;
});

/** Absent, `null`, blank and of another type are alike: nullability is stated for no field. */
const Label = z.transform((value: unknown) => readText(value) || null);

/** No salesperson may also be written 0. */
const Reference = z.transform((value: unknown) => {
  const id = readText(value);
  return /^0*$/.test(id) ? null : id;
});

/** Absent is active: without `includeInactive` Komet lists active customers only. */
const Active = z.transform((value: unknown) => {
  if (typeof value === 'boolean') return value;
  return !['0', 'false', 'n', 'no'].includes(readText(value).toLowerCase());
});

const UpdatedOn = z.transform((value: unknown) =>
  typeof value === 'string' ? readTime(value.trim()) : null,
);

/** One row of `customer.list` (komet-api.md 1.2); what lacks an id or a name is not a customer. */
export const CustomerRow = z.object({
  id: Id,
  name: Name,
  code: Label,
  active: Active,
  salesPerson: Label,
  customerType: Label,
  salesPersonId: Reference,
  accountingCode: Label,
  updatedOn: UpdatedOn,
}) satisfies z.ZodType<Customer>;

const wireTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/i;
const plainTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** `YYYY-MM-DDTHH:mm:ssZ`, or `null` for what is no time. Komet names no zone: it is taken for UTC. */
function readTime(text: string): string | null {
  if (!isOnTheCalendar(text)) return null;
  const documented = text.length === 19 && text[10] === 'T' ? `${text}Z` : text;
  if (plainTime.test(documented)) return documented;
  return wireTime.test(text) ? toUtc(text) : null;
}

function toUtc(text: string): string | null {
  const zone = /(?:Z|[+-]\d\d:?\d\d)$/i.exec(text.slice(19))?.[0] ?? 'Z';
  const offset = zone.replace(/^(...)(\d\d)$/, '$1:$2');
  const time = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}${offset}`);
  const written = Number.isNaN(time) ? '' : new Date(time).toISOString();
  return written.length === 24 ? written.replace(/\.\d+Z$/, 'Z') : null;
}

/** Whether the digits of a time name one; Date.parse would take 31 February for 2 March. */
function isOnTheCalendar(text: string): boolean {
  const two = (at: number) => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * 0x30;
  const day = two(8);
  if (two(5) < 1 || two(5) > 12 || day < 1 || two(11) > 23 || two(14) > 59 || two(17) > 59) return false;
  return day <= 28 || day <= new Date(Date.UTC(two(0) * 100 + two(2), two(5), 0)).getUTCDate();
}
