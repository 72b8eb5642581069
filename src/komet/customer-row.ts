import type { Customer } from './customer.ts';

/** A row as it was sent, each value of whatever JSON type. */
type Row = { readonly [Field in keyof Customer]?: unknown };

/**
 * Returns a function that reads the rows of one list (komet-api.md 1.2), `undefined` for what has no id
 * or no name. Labels that repeat from row to row become one string, and every customer has the same shape.
 *
 * Written by hand: a zod object costs a list of 100,000 rows twice its time and its garbage.
 */
export function createCustomerReader(): (row: unknown) => Customer | undefined {
  const labels = new Map<string, string>();

  function share(label: string | null): string | null {
    if (label === null) return null;
    const known = labels.get(label);
    if (known === undefined) labels.set(label, label);
    return known ?? label;
  }

  return (row) => {
    if (typeof row !== 'object' || row === null) return undefined;
    const sent: Row = row;
    const id = withoutZeros(readText(sent.id));
    const name = readText(sent.name);
    if (name === '' || !/^\d{1,20}$/.test(id)) return undefined;
    return {
      id,
      name,
      code: readLabel(sent.code),
      active: readFlag(sent.active),
      salesPerson: share(readLabel(sent.salesPerson)),
      customerType: share(readLabel(sent.customerType)),
      salesPersonId: share(readReference(sent.salesPersonId)),
      accountingCode: readLabel(sent.accountingCode),
      updatedOn: readTime(sent.updatedOn),
    };
  };
}

/** Whether JSON.parse rounded a number that belongs to a customer: ids have up to 20 digits, doubles hold 15. */
export function hasRoundedNumber(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false;
  const sent: Row = row;
  return (
    isRounded(sent.id) ||
    isRounded(sent.name) ||
    isRounded(sent.code) ||
    isRounded(sent.salesPerson) ||
    isRounded(sent.customerType) ||
    isRounded(sent.salesPersonId) ||
    isRounded(sent.accountingCode)
  );
}

function isRounded(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}

/** Komet writes the same value as a string in one reply and as a number in another (komet-api.md 2.6). */
function readText(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
}

/** Absent, `null`, blank and of another type are alike: nullability is stated for no field. */
function readLabel(value: unknown): string | null {
  return readText(value) || null;
}

/** Ids are integers (komet-api.md 1.2): one with zeros in front is the same id. */
function withoutZeros(digits: string): string {
  return digits.startsWith('0') ? digits.replace(/^0+(?=\d)/, '') : digits;
}

/** No salesperson may also be written 0. */
function readReference(value: unknown): string | null {
  const id = withoutZeros(readText(value));
  return id === '' || id === '0' ? null : id;
}

/** Absent is active: without `includeInactive` Komet lists active customers only. */
function readFlag(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const text = readText(value);
  return text === '1' || !/^(?:0|false|no?)$/i.test(text);
}

const wireTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/i;
const plainTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** `YYYY-MM-DDTHH:mm:ssZ`, or `null` for what is no time. Komet names no zone: it is taken for UTC. */
function readTime(value: unknown): string | null {
  const text = readText(value);
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
