import type { Random } from '../../src/twin/random.ts';
import type { TwinCompany, TwinCustomer } from '../../src/twin/twin.ts';
import { hourMs, spreadOverDay } from './traffic.ts';

/** Something that people do in Komet's own screens; `at` in ms from the day's beginning. */
export type Change = { readonly at: number; readonly apply: (company: TwinCompany) => void };

const changesADay = 900;
/** One team's customers are handed over in one go. */
const handover = { at: 14 * hourMs, customers: 80, everyMs: 900 };
/** Rare, and possible. */
const deletionsADay = 8;

/** One company's day: what happens to its customers, in order. */
export function planCompanyLife(random: Random): readonly Change[] {
  const changes = [...spreadOverDay(changesADay, random)].map((at) => ({ at, apply: anyChange(random) }));
  const handovers = Array.from({ length: handover.customers }, (_, index) => ({
    at: handover.at + index * handover.everyMs,
    apply: (company: TwinCompany) => reassign(company, random, ['Nadia Brandt', '9050']),
  }));
  const deletions = [...spreadOverDay(deletionsADay, random)].map((at) => ({
    at,
    apply: (company: TwinCompany) => company.remove(someone(company, random).id),
  }));
  return [...changes, ...handovers, ...deletions].sort((a, b) => a.at - b.at);
}

// biome-ignore format: lists of words read better in lines
const words = ['Petals', 'Québec', 'Rosewood', 'Iris', 'Fern', 'Peony', 'Camélia', 'São João', '50% Off', 'Buds_n_Blooms', 'Łąka', '花'];
const trades = ['Florist', 'Fleurs', 'Wholesale', 'Events', 'Market', 'Imports'];
type Person = readonly [name: string, id: string];
const people: readonly Person[] = [
  ['Ana Ruiz', '9001'],
  ['Siobhán O’Neill', '9004'],
  ['Wei Zhang', '9007'],
];
const types = ['Retailer', 'Wholesaler', 'Event Florist', 'Supermarket'];

function anyChange(random: Random): Change['apply'] {
  const kinds: readonly [weight: number, apply: Change['apply']][] = [
    [12, (company) => void company.add({ name: newName(random), code: newCode(random), ...owner(random) })],
    [18, (company) => void company.update(someone(company, random).id, { name: newName(random) })],
    [12, (company) => void company.update(someone(company, random).id, { code: newCode(random) })],
    [5, (company) => void company.update(someone(company, random).id, { customerType: random.pick(types) })],
    [20, (company) => void company.deactivate(someone(company, random, true).id)],
    [13, (company) => void company.reactivate(someone(company, random, false).id)],
    [20, (company) => reassign(company, random, random.pick(people))],
  ];
  let place = random.fraction() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  const found = kinds.find(([weight]) => {
    place -= weight;
    return place < 0;
  });
  return (found ?? kinds[0])?.[1] as Change['apply'];
}

function someone(company: TwinCompany, random: Random, active?: boolean): TwinCustomer {
  const fitting =
    active === undefined ? company.customers : company.customers.filter((each) => each.active === active);
  return random.pick(fitting.length > 0 ? fitting : company.customers);
}

function reassign(company: TwinCompany, random: Random, [salesPerson, salesPersonId]: Person): void {
  company.update(someone(company, random).id, { salesPerson, salesPersonId });
}

const owner = (random: Random) => {
  const [salesPerson, salesPersonId] = random.pick(people);
  return { salesPerson, salesPersonId, customerType: random.pick(types) };
};

const newName = (random: Random) => `${random.pick(words)} ${random.pick(trades)} ${random.below(500)}`;

/** Some have none, and now and then two have the same. */
function newCode(random: Random): string | null {
  return random.below(12) === 0 ? null : `${random.pick(['N', 'n', 'Q'])}${random.below(4_000)}`;
}
