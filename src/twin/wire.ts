import type { TwinBehaviour, TwinProfile } from './behaviour.ts';
import type { TwinCustomer } from './florists.ts';

/** Turns one customer into the JSON text of its row. */
export type RowWriter = (customer: TwinCustomer) => string;

/**
 * The row as the profile writes it. Key order: that of the sample for `v9`, that of the field list for
 * `current` (komet-api.md 1.2). Written by hand because a list may hold 100,000 rows.
 */
export function rowWriter(profile: TwinProfile, behaviour: TwinBehaviour): RowWriter {
  const { emptyValue } = behaviour;
  const pad = behaviour.surroundingWhitespace ? ' ' : '';
  const extra = behaviour.extraKeys
    ? ',"creditHold":"0","tags":["net30"],"billTo":{"city":"Miami","zip":null}'
    : '';
  const idForm = integerForm(behaviour.id);
  const salesPersonIdForm = integerForm(behaviour.salesPersonId);
  const [yes, no] = [flag(true, behaviour.active), flag(false, behaviour.active)];
  const text = (key: string, value: string | null): string => {
    if (value !== null && value !== '') return `,"${key}":${quoted(pad + value + pad)}`;
    return emptyValue === 'absent' ? '' : `,"${key}":${emptyValue === 'null' ? 'null' : '""'}`;
  };
  const integer = (key: string, value: string | null): string =>
    value === null ? text(key, null) : `,"${key}":${salesPersonIdForm(value)}`;

  if (profile === 'v9') {
    return (row) =>
      `{"id":${idForm(row.id)}${text('name', row.name)}${text('code', row.code)},"active":${row.active ? yes : no}` +
      `${text('salesPerson', row.salesPerson)}${text('customerType', row.customerType)}${extra}}`;
  }
  return (row) =>
    `{"id":${idForm(row.id)}${text('accountingCode', row.accountingCode)}${text('name', row.name)}` +
    `${text('code', row.code)},"active":${row.active ? yes : no}${text('salesPerson', row.salesPerson)}` +
    `${integer('salesPersonId', row.salesPersonId)}${text('customerType', row.customerType)},` +
    `"updatedOn":"${writeTime(row.updatedOn, behaviour.updatedOnOffsetMinutes)}"${extra}}`;
}

/**
 * The whole reply to a call that succeeded, an empty result included. Encoded piece by piece: one text of
 * 20 MB takes several times as long.
 */
export function successBody<Row>(
  rows: readonly Row[],
  write: (row: Row) => string,
  behaviour: TwinBehaviour,
): Buffer {
  const found = rows.length > 0;
  const message = found || behaviour.emptyResult === 'list' ? 'OK' : behaviour.notFoundText;
  const [before, after] = envelope(
    true,
    message,
    found || behaviour.emptyResult !== 'message-only',
    behaviour,
  );
  const pieces: Buffer[] = [];
  let piece = before;
  for (let place = 0; place < rows.length; place++) {
    piece += place === 0 ? write(rows[place]!) : `,${write(rows[place]!)}`;
    if (piece.length > 16_384) {
      pieces.push(Buffer.from(piece));
      piece = '';
    }
  }
  pieces.push(Buffer.from(piece + after));
  return Buffer.concat(pieces);
}

/** The whole reply to a call that Komet refuses. */
export function failureBody(message: string, behaviour: TwinBehaviour): string {
  return envelope(false, message, behaviour.failureCustomers === 'empty-list', behaviour).join('');
}

/** What comes before the rows and what after them. */
function envelope(
  success: boolean,
  message: string,
  list: boolean,
  behaviour: TwinBehaviour,
): [before: string, after: string] {
  const pad = behaviour.surroundingWhitespace ? ' ' : '';
  const head = `"status":${flag(success, behaviour.status)},"message":${quoted(pad + message + pad)}`;
  const extra = behaviour.extraKeys ? ',"serverTime":"2026-01-01 00:00:00"' : '';
  if (!list) return [`{${head}${extra}}`, ''];
  return behaviour.envelopeOrder === 'status-first'
    ? [`{${head},"customers":[`, `]${extra}}`]
    : ['{"customers":[', `],${head}${extra}}`];
}

function flag(value: boolean, form: 'string' | 'number' | 'boolean'): string {
  if (form === 'boolean') return value ? 'true' : 'false';
  return form === 'number' ? `${Number(value)}` : `"${Number(value)}"`;
}

function integerForm(form: 'string' | 'number'): (value: string) => string {
  if (form === 'string') return quoted;
  return (value) => (/^(0|[1-9]\d*)$/.test(value) ? value : quoted(value));
}

/** `JSON.stringify`, spared for the texts that need no escape. */
function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON must escape exactly these
  return /["\\\u0000-\u001f\ud800-\udfff]/.test(text) ? JSON.stringify(text) : `"${text}"`;
}

const dates = new Map<number, string>();
const twoDigits = Array.from({ length: 60 }, (_, value) => `${value}`.padStart(2, '0'));

/** `YYYY-MM-DDThh:mm:ss` in 24 hours, without an offset (komet-api.md 1.2); the few days that occur are kept. */
function writeTime(milliseconds: number, offsetMinutes: number): string {
  const seconds = Math.floor(milliseconds / 1000) + offsetMinutes * 60;
  const day = Math.floor(seconds / 86_400);
  const time = seconds - day * 86_400;
  const date = dates.get(day) ?? new Date(day * 86_400_000).toISOString().slice(0, 10);
  if (dates.size < 10_000) dates.set(day, date);
  return `${date}T${twoDigits[Math.floor(time / 3600)]}:${twoDigits[Math.floor(time / 60) % 60]}:${twoDigits[time % 60]}`;
}
