import { createLike, fold } from '../customers/text.ts';
import type { Customer } from '../komet/customer.ts';
import { chooseProbe } from './elimination.ts';

/** One way in which Komet may mean its "LIKE" (komet-api.md 1.1). */
export type LikeReading = {
  /** Where the pattern must stand: anywhere in the name, at its start, or be the whole of it. */
  readonly form: 'contains' | 'prefix' | 'whole';
  /** Whether `%` and `_` are more than themselves. */
  readonly wildcards: boolean;
  readonly accents: 'ignored' | 'distinct';
  readonly letterCase: 'ignored' | 'distinct';
};

const forms = ['contains', 'prefix', 'whole'] as const;
const distinctions = ['ignored', 'distinct'] as const;

export const likeReadings: readonly LikeReading[] = forms.flatMap((form) =>
  [true, false].flatMap((wildcards) =>
    distinctions.flatMap((accents) =>
      distinctions.map((letterCase): LikeReading => ({ form, wildcards, accents, letterCase })),
    ),
  ),
);

/** Whether a reading is the gateway's own, but for accents, where its schema promises more than Komet's. */
export const isOursButForAccents = ({ form, wildcards, letterCase }: LikeReading) =>
  form === 'contains' && wildcards && letterCase === 'ignored';

export const isOurs = (reading: LikeReading) => isOursButForAccents(reading) && reading.accents === 'ignored';

/** Text as a reading compares it. */
const normalizers = {
  'ignored ignored': fold,
  'ignored distinct': (text: string) => text.toLowerCase().normalize('NFC'),
  'distinct ignored': withoutAccents,
  'distinct distinct': (text: string) => text.normalize('NFC'),
} as const;

const normalOf = ({ letterCase, accents }: LikeReading) => `${letterCase} ${accents}` as const;

/** The test of a name that a reading makes of a pattern. */
export function createLikeTest(reading: LikeReading, pattern: string): (name: string) => boolean {
  const matches = createNormalTest(reading, pattern);
  const normalize = normalizers[normalOf(reading)];
  return (name) => matches(normalize(name));
}

/** The same of a name that is normal already; our own reading is tested by the gateway's own code. */
function createNormalTest(reading: LikeReading, pattern: string): (normalName: string) => boolean {
  if (isOurs(reading)) return createLike(pattern);
  const expression = expressionOf(reading, normalizers[normalOf(reading)](pattern));
  return (normalName) => expression.test(normalName);
}

function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '');
}

function expressionOf({ form, wildcards }: LikeReading, pattern: string): RegExp {
  const body = pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const meant = wildcards ? body.replaceAll('%', '.*').replaceAll('_', '.') : body;
  const end = form === 'whole' ? '$' : '';
  return new RegExp(`${form === 'contains' ? '' : '^'}${meant}${end}`, 'su');
}

/** The readings under which Komet would have answered a name filter with exactly these rows. */
export function explainAnswer(
  readings: readonly LikeReading[],
  pattern: string,
  answer: readonly Customer[],
  list: readonly Customer[],
): readonly LikeReading[] {
  const answered = new Set(answer.map(({ id }) => id));
  // A row that was renamed meanwhile counts as it was answered.
  const rows = [...answer, ...list.filter(({ id }) => !answered.has(id))];
  return readings.filter((reading) => {
    const matches = createLikeTest(reading, pattern);
    return rows.every(({ id, name }) => matches(name) === answered.has(id));
  });
}

/** How many names decide which probe is sent; the answer is compared with the whole list. */
const judges = 400;
const sources = 60;

/**
 * A name filter, made of the list's own names, that tells the most readings apart: in the other case, perhaps
 * without its accents, from the middle of a name; `plain` without wildcards, `wild` with both of them.
 */
export function chooseNameProbe(
  readings: readonly LikeReading[],
  customers: readonly Customer[],
  kind: 'plain' | 'wild' | 'any',
): string | null {
  const names = pickNames(
    customers.map(({ name }) => name),
    judges,
  );
  const probes = [...new Set(pickNames(names, sources).flatMap(probesOf))].filter(
    (probe) => kind === 'any' || /[%_]/.test(probe) === (kind === 'wild'),
  );
  const normalNames = Object.fromEntries(
    Object.entries(normalizers).map(([normal, normalize]) => [normal, names.map(normalize)]),
  );
  const matching = (reading: LikeReading, probe: string) => {
    const matches = createNormalTest(reading, probe);
    return (normalNames[normalOf(reading)] ?? []).flatMap((name, index) => (matches(name) ? [index] : []));
  };
  // Only case folding is documented: a probe in the other case shows whether that holds, whichever it is.
  const likely = readings.filter(({ letterCase }) => letterCase === 'ignored');
  return chooseProbe({
    readings: likely,
    probes,
    predict: (reading, probe) => matching(reading, probe).join(),
    groupOf: (reading) => `${isOursButForAccents(reading)} ${reading.form} ${reading.wildcards}`,
    costOf: (probe) => matching(ours, probe).length,
  });
}

const ours = likeReadings.find(isOurs) as LikeReading;

/** Up to half of them with an accent or a wildcard in them, the others spread over the list. */
function pickNames(names: readonly string[], most: number): readonly string[] {
  const telling = names.filter((name) => /[%_]/.test(name) || withoutAccents(name) !== name);
  return [...new Set([...spread(telling, Math.floor(most / 2)), ...spread(names, most)])].slice(0, most);
}

function spread(names: readonly string[], most: number): readonly string[] {
  if (names.length <= most) return names;
  return Array.from({ length: most }, (_, place) => names[Math.floor((place * names.length) / most)] ?? '');
}

function probesOf(name: string): string[] {
  const words = name.split(/\s+/).filter((word) => word.length >= 4);
  const middles = words.map((word) => word.slice(1));
  const literal = /.{0,5}[%_].{0,5}/u.exec(name)?.[0].trim() ?? '';
  const plain = [name, literal, ...words, ...middles];
  return [...plain, ...[name, ...words].map(withWildcards)]
    .flatMap((text) => [text, withoutAccents(text)])
    .map(inOtherCase)
    .filter((text) => text.length >= 3 && text.length <= 60 && !text.includes('\\'));
}

/** `Rosewood Blooms` becomes `R_sew%ms`; what is too short for both wildcards becomes nothing. */
function withWildcards(text: string): string {
  const characters = Array.from(text);
  const part = (from: number, to?: number) => characters.slice(from, to).join('');
  return characters.length < 6 ? '' : `${part(0, 1)}_${part(2, 5)}%${part(-2)}`;
}

function inOtherCase(text: string): string {
  const upper = text.toUpperCase();
  return upper === text || upper.toLowerCase() !== text.toLowerCase() ? text.toLowerCase() : upper;
}
