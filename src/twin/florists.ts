import { createRandom, type Random } from './random.ts';

/** A customer as the twin keeps it. Fields and their widths: komet-api.md 1.2; `locationIds` is never sent. */
export type TwinCustomer = {
  /** Up to 20 digits. */
  readonly id: string;
  readonly name: string;
  /** Documented as up to 10 characters; nothing promises that it is there or unique. */
  readonly code: string | null;
  readonly active: boolean;
  readonly salesPerson: string | null;
  readonly customerType: string | null;
  readonly salesPersonId: string | null;
  readonly accountingCode: string | null;
  /** Milliseconds since 1970. */
  readonly updatedOn: number;
  /** The locations that the parameter `locationId` finds this customer by. */
  readonly locationIds: readonly string[];
};

/** The locations the data set is spread over. */
export const locationIds: readonly string[] = ['301', '302', '303', '304', '305'];

/** One location mostly, a second one for a fifth of the customers. */
const homes: readonly (readonly string[])[] = locationIds.flatMap((home, place) => [
  ...Array.from({ length: 4 }, () => [home]),
  [home, locationIds[(place + 1) % locationIds.length]!],
]);

const lastUpdate = Date.UTC(2026, 0, 1);
const threeYearsInSeconds = 3 * 365 * 86_400;

/** The two rows of the documentation's sample (komet-api.md 1.2, samples S1 and S8). */
const seedPage: readonly TwinCustomer[] = [
  {
    id: '23423',
    name: 'ABC Wholesale',
    code: 'ABC',
    active: true,
    salesPerson: 'Jhon Doe',
    customerType: 'Wholesaler',
    salesPersonId: '23423',
    accountingCode: 'AR-23423',
    updatedOn: Date.UTC(2025, 8, 14, 9, 30, 5),
    locationIds: ['301'],
  },
  {
    id: '25555',
    name: 'DEF Retailer Best',
    code: 'DEF',
    active: true,
    salesPerson: 'Jhon Doe',
    customerType: 'Retailer',
    salesPersonId: '23423',
    accountingCode: 'AR-25555',
    updatedOn: Date.UTC(2025, 10, 2, 17, 45, 51),
    locationIds: ['301', '302'],
  },
];

const salesPeople: readonly (readonly [name: string, id: string])[] = [
  ['Jhon Doe', '23423'],
  ['Ana Ruiz', '9001'],
  ['Priya Raman', '9002'],
  ['Luís Ferreira', '9003'],
  ["Siobhán O'Neill", '9004'],
  ['Marcus Bell', '9005'],
  ['Chloé Tremblay', '9006'],
  ['Wei Zhang', '9007'],
  ['Katarzyna Nowak', '9008'],
  ['Diego Peña', '9009'],
  ['Grace Okafor', '9010'],
  ['Tom van der Berg', '9011'],
];

const nobody = [null, null] as const;

/** Weighted by repetition: half of a wholesaler's customers are shops. */
const customerTypes: readonly string[] = [
  ...Array.from({ length: 8 }, () => 'Retailer'),
  ...['Wholesaler', 'Wholesaler', 'Wholesaler', 'Event Florist', 'Event Florist', 'Supermarket'],
  ...['E-commerce', 'Importer', 'Garden Center', 'Bouquet Maker'],
];

// biome-ignore format: lists of words read better in lines
const fronts = [
  'Petals', 'Québec', 'Rosewood', 'Blue Iris', 'Wild Fern', 'Aster', 'Magnolia', 'Peony', 'Ivy Lane', 'Juniper',
  'Bella', 'Fleur de Lys', 'Saffron', 'Clover', 'Old Mill', 'Golden Gate', 'Harbor', 'Camélia', 'São João', 'Thistle',
  'Larkspur', 'Sunny Side', 'Dahlia', 'Marigold', 'Linden', 'Orquídea', 'Violet', 'Northern', 'Cedar Hill', 'Amaryllis',
  "Maggie's", "O'Hara's", 'Zinnia', 'Hyacinth', 'Gypsy Rose', 'Azalea', 'Tulipán', 'Prairie', 'Coral Bay', 'Moss',
  'Snowdrop', 'Freesia', 'Heather', 'Wisteria', 'La Niña', 'Bluebell', 'Primrose', 'Gänseblümchen', 'Ranunculus', 'Sweet Pea',
];
// biome-ignore format: lists of words read better in lines
const middles = [
  'Vine', 'Stem', 'Bloom', 'Thorn', 'Leaf', 'Branch', 'Twig', 'Bud', 'Garden', 'Meadow', 'Root', 'Fern', 'Willow',
  'Daughters', 'Sons', 'Company', 'Honey', 'Ribbon', 'Moss', 'Sage', 'Clay', 'Thyme', 'Basket', 'Lace', 'Oak',
];
// biome-ignore format: lists of words read better in lines
const ends = [
  'Floral Design', 'Florist', 'Flowers', 'Fleurs', 'Flower Market', 'Wholesale', 'Blooms', 'Events', 'Botanicals',
  'Flower Shop', 'Bouquets', 'Imports', 'Floral Studio', 'Growers', 'Floristería', 'Nursery', 'Greens', 'Weddings',
];
// biome-ignore format: lists of words read better in lines
const towns = [
  'Miami', 'Montréal', 'Austin', 'Bogotá', 'Boise', 'Doral', 'Québec', 'San José', 'Tampa', 'Medellín', 'Quito',
  'Portland', 'Denver', 'Aalsmeer', 'Salem', 'Trois-Rivières', 'Fargo', 'Savannah', 'Mérida', 'Des Moines',
];
/** Names that every larger data set has, by their place in it. */
const fixedNames: Readonly<Record<number, string>> = {
  2: 'Petals & Vine Floral Design',
  3: 'Québec Fleurs',
  5: '100% Roses',
  12: 'Buds_and_Blooms',
  19: '50% Off Flower Outlet',
  26: 'Fleurs "Chez Léa"',
  33: 'Łąka Kwiatów',
  40: '花の店 Hana',
};

/** Three ids that become one and the same number once they are read as a double. */
const longIds = ['10000000000000070001', '10000000000000070002', '10000000000000070003'];

/**
 * The data set: `count` customers, the same for the same `seed`. The first two are the documentation's own
 * rows, unchanged. From 50 on there are ids of 20 digits, from 201 on two customers that share a code.
 *
 * @param count how many, the two of the documentation included
 * @param seed any whole number
 */
export function florists(count: number, seed = 1): TwinCustomer[] {
  const random = createRandom(seed);
  const customers = seedPage.slice(0, Math.max(0, count));
  const nextName = createNames(random);
  let nextId = 30_000;
  for (let place = customers.length; place < count; place++) {
    nextId += 1 + random.below(9);
    const name = nextName(place);
    const [salesPerson, salesPersonId] = random.below(30) === 0 ? nobody : random.pick(salesPeople);
    customers.push({
      id: (count >= 50 && longIds[place - 20]) || `${nextId}`,
      name,
      code: random.below(20) === 0 ? null : codeFor(name, place, random),
      active: random.below(100) >= 8,
      salesPerson,
      customerType: random.below(40) === 0 ? null : random.pick(customerTypes),
      salesPersonId,
      accountingCode: random.below(10) === 0 ? null : `AR-${40_000 + place}`,
      updatedOn: lastUpdate - 1000 * (1 + random.below(threeYearsInSeconds)),
      locationIds: random.pick(homes),
    });
  }
  if (count > 200) shareCode(customers);
  return customers;
}

/** Names are told apart by a town once their words were used before; no set of 100,000 texts is kept. */
function createNames(random: Random): (place: number) => string {
  const uses = new Uint16Array(fronts.length * ends.length * middles.length * 4);
  return (place) => {
    const fixed = fixedNames[place];
    if (fixed) return fixed;
    const front = random.below(fronts.length);
    const end = random.below(ends.length);
    const form = random.below(4);
    const middle = form > 1 ? random.below(middles.length) : 0;
    const simple = form > 1 ? form : 0;
    const words = ((front * ends.length + end) * middles.length + middle) * 4 + simple;
    const used = uses[words] ?? 0;
    uses[words] = used + 1;
    const joint = simple === 0 ? '' : `${simple === 2 ? '&' : 'and'} ${middles[middle]} `;
    const name = `${fronts[front]} ${joint}${ends[end]}`;
    if (used === 0) return name;
    return used <= towns.length ? `${name} ${towns[used - 1]}` : `${name} No. ${place}`;
  };
}

/** Letters, then the customer's place: at most ten characters, no two alike, in the cases that people type. */
function codeFor(name: string, place: number, random: Random): string {
  const number = `${place}`;
  const start = name.slice(0, Math.min(10 - number.length, 3 + random.below(4)));
  const plain = /^[A-Za-z]+$/.test(start) ? start : start.normalize('NFD').replace(/[^A-Za-z]/g, '');
  const form = random.below(10);
  if (form === 0) return plain.toLowerCase() + number;
  return form === 1 ? plain + number : plain.toUpperCase() + number;
}

function shareCode(customers: TwinCustomer[]): void {
  const [first, second] = [customers[150]!, customers[151]!];
  customers[150] = { ...first, active: true, code: 'SHARED' };
  customers[151] = { ...second, active: true, code: 'Shared' };
}
