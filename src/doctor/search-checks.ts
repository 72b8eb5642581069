import type { CustomerList } from '../komet/client.ts';
import { type Check, count, differs, notAsked, ok, unknown, type Visit, wrong } from './check.ts';
import type { NameProbe } from './evidence.ts';
import { compareLike, readInactive } from './findings.ts';
import { isList, isRefusal, type Reply } from './interview.ts';
import { createLikeTest, isOurs, type LikeReading, likeReadings } from './like-readings.ts';
import { describeFailure } from './reply-checks.ts';
import { countMissed, explainSince, type SinceReading, timeOf } from './since-readings.ts';

const howToSave = 'Run komet-graphql doctor --save.';

export function checkIncludeInactive({ evidence, inForce }: Visit): Check {
  const { spelledOne, plain, spelledTrue } = evidence;
  if (!isList(plain) && !isList(spelledOne)) return notAsked();
  const inactive = readInactive(evidence);
  const rows = { one: rowsOf(spelledOne), without: rowsOf(plain), true: rowsOf(spelledTrue) };
  const facts = { ...inactive, rows };
  const counts = `${describeRows(spelledOne)} with 1, ${describeRows(spelledTrue)} with true, ${describeRows(plain)} without it`;
  if (inactive.byDefault)
    return differs(
      counts,
      'Inactive customers always come; the gateway leaves them out where not asked for.',
      facts,
    );
  if (inactive.one === false && inactive.true === false)
    return wrong(
      `refused: ${counts}`,
      'The gateway always asks with it, so it cannot read this endpoint.',
      facts,
    );
  const asked = inForce.includeInactiveSpelling;
  const understood = asked === '1' ? inactive.one : inactive.true;
  if (understood) return ok(counts, asked === '1' ? '' : 'The gateway asks with true, as was saved.', facts);
  if (inactive.one || inactive.true)
    return wrong(counts, `The gateway asks with ${asked} and misses inactive customers. ${howToSave}`, facts);
  return unknown(
    counts,
    'Nobody inactive, or the parameter is not obeyed: until somebody inactive comes, the whole list is read each time.',
    facts,
  );
}

const rowsOf = (reply: Reply) => (isList(reply) ? reply.customers.length : null);

function describeRows(reply: Reply): string {
  if (isList(reply)) return count(reply.customers.length, 'row');
  return isRefusal(reply) ? 'refused' : 'no answer';
}

export function checkUpdateAsOf({ evidence: { since, base } }: Visit): Check {
  if (!since?.reply || !base) return notAsked();
  const { day, reply } = since;
  const wholeList = 'The whole list is read each time.';
  if (isRefusal(reply)) return differs(describeFailure(reply), wholeList, { honoured: false });
  if (!isList(reply)) return unknown(describeFailure(reply));
  const readings = explainSince(day, reply.customers, base.customers);
  const kinds = new Set(readings.map(({ kind }) => kind));
  const inclusive = onlyOf(kinds, 'inclusive') ? true : onlyOf(kinds, 'exclusive') ? false : null;
  const dayBegins = inclusive === null ? null : dayBeginsOf(readings);
  const asked = { day, rows: reply.customers.length };
  const facts = { honoured: kinds.size > 0 && !kinds.has('ignored'), inclusive, dayBegins, ...asked };
  if (readings.length === 0) return describeOddSince(day, reply, base.customers);
  if (onlyOf(kinds, 'ignored')) return differs('not obeyed: everybody came', wholeList, facts);
  if (kinds.has('ignored'))
    return unknown('the dates in the list cannot tell', 'The gateway finds out as it goes.', {
      ...facts,
      honoured: null,
    });
  if (!base.customers.some((customer) => timeOf(customer).length > 0))
    return differs('obeyed, but rows have no updatedOn', wholeList, facts);
  if (inclusive === false)
    return differs(
      'obeyed, but the day itself is left out',
      'The gateway asks from at least a day earlier than it needs to, and misses nothing.',
      facts,
    );
  const begins = dayBegins ? `; the day begins ${describeHours(dayBegins)}` : '';
  return ok(`obeyed${inclusive ? ', the day itself included' : ''}${begins}`, '', facts);
}

const onlyOf = (kinds: ReadonlySet<string>, kind: string) => kinds.size === 1 && kinds.has(kind);

function describeOddSince(day: string, { customers }: CustomerList, all: CustomerList['customers']): Check {
  const missed = countMissed(day, customers, all);
  const facts = { honoured: null, inclusive: null, dayBegins: null, day, rows: customers.length, missed };
  return missed > 0
    ? wrong(
        `${count(missed, 'customer')} that changed two days after it and later did not come`,
        'Changes would be noticed late; KOMET_FULL_SYNC_EVERY=0 has the whole list read each time.',
        facts,
      )
    : differs(
        'obeyed, though not by the dates in updatedOn',
        'What comes too much is only read in vain.',
        facts,
      );
}

/** From which hour to which after the midnight of `updatedOn`'s clock the day can begin. */
function dayBeginsOf(readings: readonly SinceReading[]): { from: number; to: number } {
  const hours = readings.flatMap((reading) => {
    if (reading.kind === 'ignored') return [];
    return [reading.kind === 'exclusive' ? reading.hours - 24 : reading.hours];
  });
  return { from: Math.min(...hours), to: Math.max(...hours) };
}

function describeHours({ from, to }: { from: number; to: number }): string {
  const signed = (hours: number) => `${hours > 0 ? '+' : ''}${hours} h`;
  return from === to
    ? `at midnight ${from === 0 ? '' : `${signed(from)} `}by updatedOn's clock`
    : `between ${signed(from)} and ${signed(to)} of midnight by updatedOn's clock`;
}

export function checkNameFilter({ evidence, inForce }: Visit): Check {
  const { names, like, base } = evidence;
  const comparison = compareLike(evidence);
  const facts = {
    form: commonOf(like, 'form'),
    wildcards: commonOf(like, 'wildcards'),
    accents: commonOf(like, 'accents'),
    letterCase: commonOf(like, 'letterCase'),
    probes: names.map((probe) => countProbe(probe, base?.customers ?? [])),
  };
  const [failure] = names.flatMap(({ reply }) => (isList(reply) ? [] : [reply]));
  if (comparison === 'unknown') return failure ? unknown(describeFailure(failure)) : notAsked();
  const seen = describeLike(like);
  const example = describeProbes(facts.probes);
  switch (comparison) {
    case 'same':
      return inForce.nameFiltersGoUpstream
        ? differs(
            seen,
            `As the gateway's, which asks Komet all the same since that was saved. ${howToSave}`,
            facts,
          )
        : ok(seen, "As the gateway's.", facts);
    case 'accents':
      return differs(
        seen,
        `${example} The gateway finds Québec by quebec too, as its schema says; all else is alike.`,
        facts,
      );
    case 'different':
      return inForce.nameFiltersGoUpstream
        ? differs(
            seen,
            `${example} The gateway asks Komet, one call for each name and KOMET_MAX_STALENESS.`,
            facts,
          )
        : wrong(seen, `${example} The gateway would answer by its own LIKE. ${howToSave}`, facts);
  }
}

const ours = likeReadings.find(isOurs) as LikeReading;

/** How many a pattern found there and would find here. */
function countProbe({ pattern, reply }: NameProbe, customers: CustomerList['customers']) {
  const matches = createLikeTest(ours, pattern);
  return {
    name: pattern,
    found: rowsOf(reply),
    expected: customers.filter(({ name }) => matches(name)).length,
  };
}

function describeProbes(probes: readonly ReturnType<typeof countProbe>[]): string {
  const telling = probes.filter(({ found, expected }) => found !== null && found !== expected);
  return telling
    .map(({ name, found, expected }) => `${JSON.stringify(name)} finds ${found} there, ${expected} here.`)
    .join(' ');
}

/** What all the readings agree on; `null` where they do not, or where there are none. */
function commonOf<Key extends keyof LikeReading>(
  readings: readonly LikeReading[],
  key: Key,
): LikeReading[Key] | null {
  const values = new Set(readings.map((reading) => reading[key]));
  const [only] = values;
  return values.size === 1 && only !== undefined ? only : null;
}

const formWords = {
  contains: 'anywhere in the name',
  prefix: 'at the start of the name',
  whole: 'the whole name',
};

function describeLike(like: readonly LikeReading[]): string {
  if (like.length === 0) return 'matched in no way that we know';
  const form = commonOf(like, 'form');
  const wildcards = commonOf(like, 'wildcards');
  const counts = (what: string, value: 'ignored' | 'distinct' | null) =>
    value === null
      ? `whether ${what} counts does not show`
      : `${what} ${value === 'ignored' ? 'does not count' : 'counts'}`;
  return [
    form === null ? 'where it is looked for does not show' : formWords[form],
    wildcards === null
      ? 'whether % and _ are wildcards does not show'
      : `% and _ are ${wildcards ? 'wildcards' : 'themselves'}`,
    counts('case', commonOf(like, 'letterCase')),
    counts('an accent', commonOf(like, 'accents')),
  ].join('; ');
}
