import type { CustomerListParameters } from '../komet/client.ts';
import type { Customer } from '../komet/customer.ts';
import { type Interview, isList, isRefusal, mostCalls, type Reply } from './interview.ts';
import { chooseNameProbe, explainAnswer, type LikeReading, likeReadings } from './like-readings.ts';
import { chooseDay } from './since-readings.ts';

type Spelling = '1' | 'true';

/** The fullest list that came, and how to ask for the same again with a filter. */
export type Base = {
  readonly customers: readonly Customer[];
  readonly parameters: CustomerListParameters;
  readonly spelling: Spelling;
};

/** All that was asked and what came of it. */
export type Evidence = {
  /** The whole list with `includeInactive=1`, without it, and with `includeInactive=true`. */
  readonly spelledOne: Reply;
  readonly plain: Reply;
  readonly spelledTrue: Reply;
  readonly base: Base | null;
  readonly since: { readonly day: string; readonly reply: Reply } | null;
  readonly names: readonly NameProbe[];
  /** The readings of LIKE that explain every answer to a name filter. */
  readonly like: readonly LikeReading[];
  /** Asked for by an id that no customer has. */
  readonly nobody: Reply;
  /** Asked for by its id alone: an inactive customer. */
  readonly inactive: { readonly id: string; readonly reply: Reply } | null;
};

export type NameProbe = { readonly pattern: string; readonly reply: Reply };

/** Asks at most eight questions, each chosen by what the earlier ones brought. */
export async function collectEvidence(interview: Interview, now: number): Promise<Evidence> {
  const { ask } = interview;
  const spelledOne = await ask({ includeInactive: true }, '1');
  // A list that cannot be read would not be readable the next time; a refusal may be about the parameter.
  const goesOn = isList(spelledOne) || isRefusal(spelledOne);
  const plain = goesOn ? await ask({}, '1') : null;
  const spelledTrue =
    isList(plain) || isList(spelledOne) ? await ask({ includeInactive: true }, 'true') : null;
  const base = chooseBase({ spelledOne, plain, spelledTrue });
  if (!base || base.customers.length === 0) {
    const nobody = base ? await ask({ id: '999999999' }, '1') : null;
    const nothing = { since: null, names: [], like: likeReadings, inactive: null };
    return { spelledOne, plain, spelledTrue, base, nobody, ...nothing };
  }
  const { customers, parameters, spelling } = base;
  const day = chooseDay(customers, now);
  const since = { day, reply: await ask({ ...parameters, updateAsOf: day }, spelling) };
  const names = await askForNames(interview, base, ['plain', 'wild']);
  const nobody = await ask({ ...parameters, id: findFreeId(customers) }, spelling);
  const inactive = await askForInactive(interview, customers);
  const more = await askForNames(interview, base, ['any'], names.like);
  return {
    ...{ spelledOne, plain, spelledTrue, base, since, nobody, inactive },
    names: [...names.probes, ...more.probes],
    like: more.like,
  };
}

/** The first that shows inactive customers, in the order of the documents; else whichever came. */
function chooseBase({ spelledOne, plain, spelledTrue }: Record<string, Reply | undefined>): Base | null {
  const bases = [
    { reply: spelledOne, parameters: { includeInactive: true }, spelling: '1' },
    { reply: spelledTrue, parameters: { includeInactive: true }, spelling: 'true' },
    { reply: plain, parameters: {}, spelling: '1' },
  ] as const;
  const came = bases.flatMap(({ reply, ...how }) =>
    reply && isList(reply) ? [{ ...how, customers: reply.customers }] : [],
  );
  return came.find(({ customers }) => customers.some(({ active }) => !active)) ?? came[0] ?? null;
}

async function askForNames(
  { ask, calls }: Interview,
  { customers, parameters, spelling }: Base,
  kinds: readonly ('plain' | 'wild' | 'any')[],
  known: readonly LikeReading[] = likeReadings,
): Promise<{ probes: NameProbe[]; like: readonly LikeReading[] }> {
  let like = known;
  const probes: NameProbe[] = [];
  for (const kind of kinds) {
    if (calls() === mostCalls) break;
    // Where nothing is left to tell apart a second question confirms the first; a third does not.
    const pattern =
      chooseNameProbe(like, customers, kind) ??
      (kind === 'any' ? null : chooseNameProbe(likeReadings, customers, kind));
    if (pattern === null) continue;
    const reply = await ask({ ...parameters, name: pattern }, spelling);
    if (reply !== null) probes.push({ pattern, reply });
    if (isList(reply)) like = explainAnswer(like, pattern, reply.customers, customers);
  }
  return { probes, like };
}

async function askForInactive({ ask }: Interview, customers: readonly Customer[]) {
  const someone = customers.find(({ active }) => !active);
  return someone ? { id: someone.id, reply: await ask({ id: someone.id }, '1') } : null;
}

/** Of no more digits than any integer type holds. */
function findFreeId(customers: readonly Customer[]): string {
  const taken = new Set(customers.map(({ id }) => id));
  let id = 999_999_999;
  while (taken.has(`${id}`)) id -= 1;
  return `${id}`;
}
