import type { TwinBehaviour, TwinProfile } from './behaviour.ts';
import type { CompanyBooks } from './company.ts';
import type { TwinCustomer } from './florists.ts';

/** The parameters each profile knows besides the token (komet-api.md 1.1, 1.3); others are ignored. */
const knownParameters = {
  v9: ['id', 'name', 'code'],
  current: ['id', 'name', 'code', 'includeInactive', 'salesPersonId', 'locationId', 'updateAsOf'],
} as const satisfies Record<TwinProfile, readonly string[]>;

type ParameterName = (typeof knownParameters)['current'][number];

/** The known parameters of a call, blank ones left out where they are to be ignored. */
export type Search = Partial<Record<ParameterName, string>>;

type Test = (customer: TwinCustomer) => boolean;

/** Picks what the profile knows out of the call's parameters. */
export function readSearch(
  parameters: Readonly<Record<string, string>>,
  profile: TwinProfile,
  behaviour: TwinBehaviour,
): Search {
  const search: Search = {};
  for (const name of knownParameters[profile]) {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined || (value.trim() === '' && behaviour.blankParameter === 'ignored')) continue;
    search[name] = value;
  }
  return search;
}

/**
 * The customers that Komet would answer with, in its order.
 *
 * @returns `'rejected'` for a parameter that the behaviour refuses
 */
export function findCustomers(
  company: CompanyBooks,
  search: Search,
  behaviour: TwinBehaviour,
  vendor: boolean,
): readonly TwinCustomer[] | 'rejected' {
  const tests: Test[] = [];
  for (const name of ['id', 'name', 'code', 'salesPersonId', 'locationId', 'updateAsOf'] as const) {
    const value = search[name];
    const test = value === undefined ? undefined : filterTests[name](value, behaviour);
    if (test === 'rejected') return 'rejected';
    if (test) tests.push(test);
  }
  const rows = candidates(company, search, behaviour);
  const seen = visibility(search, behaviour, vendor);
  const matches = combine(tests, behaviour.filters);
  const found =
    seen || matches ? rows.filter((row) => (!seen || seen(row)) && (!matches || matches(row))) : rows;
  return behaviour.rowCap === null ? found : found.slice(0, behaviour.rowCap);
}

/** A look-up by id need not walk the whole list. */
function candidates(
  company: CompanyBooks,
  { id }: Search,
  behaviour: TwinBehaviour,
): readonly TwinCustomer[] {
  if (id !== undefined && isNumeric(id) && behaviour.filters !== 'or') {
    const customer = company.get(withoutLeadingZeros(id));
    return customer ? [customer] : [];
  }
  return company.ordered(behaviour.rowOrder === 'id' ? 'id' : 'name');
}

function visibility(search: Search, behaviour: TwinBehaviour, vendor: boolean): Test | undefined {
  const exact = search.id !== undefined || search.code !== undefined;
  const all = wantsInactive(search, behaviour) || (exact && behaviour.exactFindsInactive);
  const subset = vendor && behaviour.vendorSees === 'subset';
  if (all) return subset ? ({ id }) => vendorSees(id) : undefined;
  return subset ? ({ active, id }) => active && vendorSees(id) : ({ active }) => active;
}

function wantsInactive({ includeInactive }: Search, behaviour: TwinBehaviour): boolean {
  if (includeInactive === undefined || behaviour.includeInactive === 'ignored')
    return behaviour.inactiveByDefault;
  const spelling = includeInactive.trim().toLowerCase();
  const accepts = behaviour.includeInactive;
  if (accepts !== 'true' && (spelling === '1' || spelling === '0')) return spelling === '1';
  if (accepts !== 'one' && (spelling === 'true' || spelling === 'false')) return spelling === 'true';
  return behaviour.inactiveByDefault;
}

function vendorSees(id: string): boolean {
  return Number(id.at(-1)) % 3 === 0;
}

function combine(tests: readonly Test[], how: TwinBehaviour['filters']): Test | undefined {
  const [first] = tests;
  if (!first || tests.length === 1 || how === 'first-only') return first;
  return how === 'or'
    ? (customer) => tests.some((test) => test(customer))
    : (customer) => tests.every((test) => test(customer));
}

/** One reader for each filter: a test of a row, nothing when the parameter is ignored, or a refusal. */
const filterTests: Record<
  Exclude<ParameterName, 'includeInactive'>,
  (value: string, behaviour: TwinBehaviour) => Test | 'rejected' | undefined
> = {
  id: (value, behaviour) =>
    integerTest(
      value,
      behaviour,
      (wanted) =>
        ({ id }) =>
          id === wanted,
    ),
  name: (value, behaviour) => nameTest(value, behaviour),
  code(value, behaviour) {
    const wanted = fold(value, behaviour);
    return ({ code }) => fold(code ?? '', behaviour) === wanted;
  },
  salesPersonId: (value, behaviour) =>
    integerTest(
      value,
      behaviour,
      (wanted) =>
        ({ salesPersonId }) =>
          salesPersonId === wanted,
    ),
  locationId(value, behaviour) {
    if (behaviour.locationId === 'ignored') return undefined;
    if (behaviour.locationId === 'rejected') return 'rejected';
    return integerTest(
      value,
      behaviour,
      (wanted) =>
        ({ locationIds }) =>
          locationIds.includes(wanted),
    );
  },
  updateAsOf(value, behaviour) {
    if (behaviour.updateAsOf === 'ignored') return undefined;
    const midnight = readDay(value);
    if (midnight === undefined) return behaviour.badDate === 'ignored' ? undefined : 'rejected';
    const exclusive = behaviour.updateAsOfDay === 'exclusive' ? 86_400_000 : 0;
    const from = midnight - behaviour.updateAsOfOffsetMinutes * 60_000 + exclusive;
    return ({ updatedOn }) => updatedOn >= from;
  },
};

function integerTest(
  value: string,
  behaviour: TwinBehaviour,
  test: (wanted: string) => Test,
): Test | 'rejected' {
  if (isNumeric(value)) return test(withoutLeadingZeros(value));
  return behaviour.nonNumericId === 'rejected' ? 'rejected' : () => false;
}

function isNumeric(value: string): boolean {
  return /^\d+$/.test(value);
}

function withoutLeadingZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

/** Midnight UTC of a `YYYY-MM-DD` that exists, in milliseconds since 1970. */
function readDay(value: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const midnight = Date.parse(`${value}T00:00:00Z`);
  return new Date(midnight).toJSON()?.startsWith(value) ? midnight : undefined;
}

function nameTest(value: string, behaviour: TwinBehaviour): Test {
  const wanted = fold(value, behaviour);
  const matches = likeTest(wanted, behaviour);
  return ({ name }) => matches(fold(name, behaviour));
}

function likeTest(wanted: string, { like, wildcards }: TwinBehaviour): (text: string) => boolean {
  if (wildcards && /[%_]/.test(wanted)) {
    const before = like === 'contains' ? '%' : '';
    const after = like === 'caller-wildcards' ? '' : '%';
    const pattern = [...`${before}${wanted}${after}`];
    return (text) => matchesPattern([...text], pattern);
  }
  if (like === 'contains') return (text) => text.includes(wanted);
  return like === 'prefix' ? (text) => text.startsWith(wanted) : (text) => text === wanted;
}

/** SQL's LIKE without an escape character: on a mismatch only the last `%` takes in one character more. */
function matchesPattern(text: readonly string[], pattern: readonly string[]): boolean {
  let at = 0;
  let of = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (pattern[of] === '%') {
      star = of++;
      starAt = at;
    } else if (pattern[of] === '_' || pattern[of] === text[at]) {
      at += 1;
      of += 1;
    } else if (star >= 0) {
      of = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (pattern[of] === '%') of += 1;
  return of === pattern.length;
}

function fold(text: string, { accentSensitive }: TwinBehaviour): string {
  const lower = text.toLowerCase();
  return accentSensitive ? lower : lower.normalize('NFD').replace(/\p{M}/gu, '');
}
