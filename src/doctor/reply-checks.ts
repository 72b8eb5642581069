import { slowListMs } from '../customers/plan.ts';
import type { CustomerList } from '../komet/client.ts';
import type { Customer } from '../komet/customer.ts';
import type { KometError } from '../komet/errors.ts';
import type { JsonType } from '../komet/observation.ts';
import { type Check, count, differs, group, notAsked, ok, unknown, type Visit, wrong } from './check.ts';
import type { Evidence } from './evidence.ts';
import { isList, isRefusal, type Reply } from './interview.ts';
import { timeOf } from './since-readings.ts';

const failureWords = {
  KOMET_UNAUTHORIZED: 'refused',
  KOMET_REJECTED: 'refused',
  KOMET_QUOTA_EXHAUSTED: "today's calls are spent",
  KOMET_TIMEOUT: 'no answer in time',
  KOMET_UNAVAILABLE: 'Komet cannot be reached',
  KOMET_BAD_RESPONSE: "not an answer of customer.list's",
} as const;

/** Why there is no answer, with Komet's own words where it sent some. */
export function describeFailure({ code, message, kometMessage }: KometError): string {
  const reason = kometMessage === undefined ? `: ${message}` : `; Komet says ${JSON.stringify(kometMessage)}`;
  return `${failureWords[code]}${reason}`;
}

const listOf = ({ spelledOne, spelledTrue, plain, base }: Evidence): CustomerList | undefined =>
  [spelledOne, spelledTrue, plain].filter(isList).find(({ customers }) => customers === base?.customers);

/** Why no list came at all; `null` where one did. */
function failureOf({ evidence: { plain, spelledOne }, interview }: Visit): KometError | null {
  const failure = plain ?? spelledOne;
  return interview.lists.length > 0 || !failure || isList(failure) ? null : failure;
}

const isAboutToken = ({ code }: KometError) => code === 'KOMET_UNAUTHORIZED' || code === 'KOMET_REJECTED';

export function checkToken(visit: Visit): Check {
  const failure = failureOf(visit);
  if (!failure) return ok('accepted');
  if (!isAboutToken(failure)) return unknown('the answer does not tell');
  return wrong(
    describeFailure(failure),
    'Nothing can be read with it. Make a Company or Vendor token that may use customer.list (in Komet: ' +
      'Setup > Settings > Tokens) and set KOMET_TOKEN to it.',
    { code: failure.code },
  );
}

function checkFailure(failure: KometError): Check {
  const advice =
    failure.code === 'KOMET_QUOTA_EXHAUSTED'
      ? 'Ask again once the next day has begun.'
      : 'See whether KOMET_BASE_URL is right and KOMET_TIMEOUT long enough, or ask again later.';
  return { ...unknown(describeFailure(failure), advice, { code: failure.code }), isWrong: true };
}

export function checkList(visit: Visit): Check {
  const { evidence, interview, timeoutMs } = visit;
  const list = listOf(evidence);
  const failure = failureOf(visit);
  if (!list) return failure && !isAboutToken(failure) ? checkFailure(failure) : notAsked();
  const { customers, dropped, bytes } = list;
  const durationMs = Math.round(list.durationMs);
  const known = new Set(customers.map(({ id }) => id));
  const strangers = new Set(
    interview.lists.flatMap((each) => each.customers).flatMap(({ id }) => (known.has(id) ? [] : [id])),
  );
  const facts = {
    rows: customers.length,
    active: customers.filter(({ active }) => active).length,
    bytes,
    durationMs,
    dropped,
    duplicates: customers.length - known.size,
    missing: strangers.size,
  };
  const size = `${count(facts.rows, 'customer')} (${group(facts.active)} active), ${inBytes(bytes)} in ${inSeconds(durationMs)}`;
  if (facts.rows === 0 && dropped > 0)
    return wrong(`no row of ${dropped} has an id and a name`, 'Nothing can be served from such rows.', facts);
  if (dropped > 0)
    return wrong(`${size}; ${count(dropped, 'row')} without id or name`, 'Such rows are left out.', facts);
  if (strangers.size > fewNew)
    return wrong(
      `${size}, but ${count(strangers.size, 'more customer')} in other answers`,
      'The list is cut short, so the gateway does not know everybody.',
      facts,
    );
  if (facts.duplicates > 0)
    return differs(`${size}, ${facts.duplicates} of them twice`, 'The last one of each counts.', facts);
  if (facts.rows === 0)
    return unknown('no customers at all', 'The other questions need customers to ask about.', facts);
  return ok(size, sizeAdvice(durationMs, timeoutMs), facts);
}

/** Customers that may have been created while the questions were asked. */
const fewNew = 2;

function sizeAdvice(durationMs: number, timeoutMs: number): string {
  if (durationMs > timeoutMs / 2) return `Over half of KOMET_TIMEOUT (${inSeconds(timeoutMs)}): raise it.`;
  if (durationMs < slowListMs) return '';
  return 'Slow: while the list is stale the gateway asks for a single id or code directly.';
}

const inSeconds = (ms: number) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`);

function inBytes(bytes: number): string {
  if (bytes < 10_000) return count(bytes, 'byte');
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

const fieldNames = [
  'id',
  'name',
  'code',
  'active',
  'salesPerson',
  'customerType',
  'salesPersonId',
  'accountingCode',
  'updatedOn',
] as const satisfies readonly (keyof Customer)[];

/** As in the samples of Komet's documents; a value that is not there may also be null or absent. */
const sampleType = (field: keyof Customer): JsonType => (field === 'salesPersonId' ? 'number' : 'string');
const nothing: readonly JsonType[] = ['null', 'absent'];
/** A blank is a string, also where the value would be a number. */
const isAsSampled = (field: keyof Customer, seen: readonly JsonType[]) => (type: JsonType) =>
  type === sampleType(field) ||
  nothing.includes(type) ||
  (type === 'string' && seen.includes(sampleType(field)));
const unreadable: readonly JsonType[] = ['array', 'object'];

export function checkWireTypes({ evidence }: Visit): Check {
  const list = listOf(evidence);
  if (!list || list.customers.length === 0) return notAsked();
  const { fields, statusType } = list.observed;
  const present = fieldNames.filter((field) => fields[field].some((type) => type !== 'absent'));
  const byTypes = Map.groupBy(present, (field) => fields[field].join(' or '));
  const seen = [...byTypes].map(([types, names]) => `${names.join(', ')}: ${types}`);
  const facts = { status: statusType, ...fields };
  const odd = present.filter((field) => fields[field].some((type) => unreadable.includes(type)));
  const text = [`status: ${statusType}`, ...seen].join('; ');
  if (odd.length > 0)
    return wrong(text, `${odd.join(', ')}: what is no plain value is read as nothing.`, facts);
  const asSampled = present.every((field) => fields[field].every(isAsSampled(field, fields[field])));
  return asSampled && statusType === 'string'
    ? ok(text, '', facts)
    : differs(text, "Not the types of the documents' samples; the gateway reads either.", facts);
}

export function checkFields({ evidence }: Visit): Check {
  const list = listOf(evidence);
  if (!list || list.customers.length === 0) return notAsked();
  const missing = fieldNames.filter((field) =>
    list.observed.fields[field].every((type) => type === 'absent'),
  );
  const extra = list.observed.extraKeys;
  const facts = { missing, extra };
  const seen = [
    missing.length === 0 ? 'all nine that are documented' : `without ${missing.join(', ')}`,
    extra.length === 0 ? 'no others' : `besides them ${extra.join(', ')}`,
  ].join('; ');
  const meaning = [
    missing.length > 0 &&
      'What is missing is null in the graph, as with version 9 of customer.list, and filters by it find nobody.',
    missing.includes('updatedOn') && 'Without dates the whole list is read each time.',
    extra.length > 0 && 'The others are not in the graph.',
  ].filter((part) => part !== false);
  return meaning.length === 0 ? ok(seen, '', facts) : differs(seen, meaning.join(' '), facts);
}

export function checkEmptyResult({ evidence: { nobody }, inForce }: Visit): Check {
  if (nobody === null) return notAsked();
  if (isRefusal(nobody)) {
    const filters = inForce.nameFiltersGoUpstream ? 'by name or location' : 'by location';
    return differs(
      describeFailure(nobody),
      `A filter ${filters} that finds nobody fails as KOMET_REJECTED; all others are answered from the list.`,
      { form: 'refused' },
    );
  }
  if (!isList(nobody)) return unknown(describeFailure(nobody));
  if (nobody.customers.length > 0)
    return differs(
      `id= is not obeyed: ${count(nobody.customers.length, 'customer')} for an id that nobody has`,
      'The gateway picks customers by their ids itself.',
      { form: null, rows: nobody.customers.length },
    );
  const { hasCustomersKey, message } = nobody.observed;
  if (!hasCustomersKey)
    return ok(`no list, and the message ${JSON.stringify(message)}`, 'Read as nobody.', {
      form: 'message-only',
    });
  return /^(ok)?$/i.test(message)
    ? ok('an empty list', '', { form: 'list' })
    : ok(`an empty list, and the message ${JSON.stringify(message)}`, 'Read as nobody.', { form: 'message' });
}

export function checkInactiveById({ evidence: { base, inactive } }: Visit): Check {
  const reply: Reply = inactive?.reply ?? null;
  if (!base) return notAsked();
  if (!inactive) return unknown('no inactive customer came that could be asked for');
  if (reply === null) return notAsked();
  if (!isList(reply) && !isRefusal(reply)) return unknown(describeFailure(reply));
  const rows = isList(reply) ? reply.customers : [];
  const found = rows.some(({ id }) => id === inactive.id);
  if (rows.length > 1 || (rows.length === 1 && !found))
    return differs('id= brings others', 'The gateway picks customers by their ids itself.', { found: null });
  return found
    ? ok('found by id= alone', '', { found })
    : ok('not found by id= without includeInactive', 'The gateway always asks with it, and finds them.', {
        found,
      });
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export function checkClock({ evidence, interview }: Visit): Check {
  const dated = interview.lists.filter(({ observed }) => observed.serverDate !== null);
  const [quickest] = dated.toSorted((a, b) => a.durationMs - b.durationMs);
  if (!quickest) return unknown(interview.lists.length > 0 ? 'Komet sends no Date header' : 'not asked');
  const serverTime = quickest.observed.serverDate ?? 0;
  // The header has whole seconds, cut off, and was written before the last row was read.
  const aheadMs = serverTime + 500 - (quickest.receivedAt - quickest.durationMs / 2);
  const times = (evidence.base?.customers ?? []).flatMap(timeOf);
  const newest = times.reduce((latest, time) => Math.max(latest, time), Number.NEGATIVE_INFINITY);
  const updatedOnAheadMs = Math.max(0, newest - serverTime);
  const facts = { aheadMs: Math.round(aheadMs), updatedOnAheadMs };
  const seen =
    Math.abs(aheadMs) < 2_000
      ? "Komet's and ours agree"
      : `Komet's is ${inWords(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`;
  if (updatedOnAheadMs > 5 * minuteMs)
    return differs(
      `${seen}; the newest updatedOn is ${inWords(updatedOnAheadMs)} ahead of it`,
      'updatedOn is not written in UTC: times in the graph are off by as much. Deltas miss nothing.',
      facts,
    );
  return Math.abs(aheadMs) <= minuteMs
    ? ok(seen, '', facts)
    : differs(
        seen,
        "Deltas count from Komet's own dates and miss nothing; set this machine's clock right.",
        facts,
      );
}

function inWords(ms: number): string {
  if (ms < 2 * minuteMs) return count(Math.round(ms / 1000), 'second');
  return ms < 1.5 * hourMs
    ? count(Math.round(ms / minuteMs), 'minute')
    : count(Math.round(ms / hourMs), 'hour');
}
