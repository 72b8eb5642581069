const marks = /\p{M}/gu;
const nonAscii = /[^ -~]/;

/** Letters that Unicode does not take apart, but that people type without their stroke or in two letters. */
const plain: Readonly<Record<string, string>> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
};
const notPlain = /[łøđħıßæœ]/g;

/** Text as comparisons see it: lower case and without accents, so that `Québec` equals `QUEBEC`. */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  if (!nonAscii.test(lower)) return lower;
  return lower
    .normalize('NFD')
    .replace(marks, '')
    .replace(notPlain, (letter) => plain[letter] as string);
}

/** A code as look-ups see it: codes are exact but for their case (komet-api.md 1.1). */
export function foldCode(code: string): string {
  const lower = code.trim().toLowerCase();
  return nonAscii.test(lower) ? lower.normalize('NFC') : lower;
}

/**
 * SQL's LIKE as `customer.list` is believed to apply it (komet-api.md 1.1): the pattern may stand anywhere
 * in the text, `%` is any run of characters, `_` any single one, `\%`, `\_` and `\\` the characters
 * themselves; case and accents do not count. The returned test wants folded text.
 *
 * Its cost is bounded by pattern length × text length whatever the pattern, unlike a regular expression's.
 */
export function createLike(pattern: string): (folded: string) => boolean {
  const segments = readSegments(fold(pattern));
  if (segments.every(isPlain)) {
    const needles = segments.map((segment) => segment.join(''));
    const [only = ''] = needles;
    if (needles.length <= 1) return (folded) => folded.includes(only);
    return (folded) => findInTurn(needles, (needle, from) => folded.indexOf(needle, from));
  }
  return (folded) => {
    const text = Array.from(folded);
    return findInTurn(segments, (segment, from) => indexOfSegment(text, segment, from));
  };
}

const anyCharacter = null;
type Segment = readonly (string | typeof anyCharacter)[];

/** Characters between two `%`; `null` stands for `_`. */
function readSegments(pattern: string): Segment[] {
  const segments: (string | typeof anyCharacter)[][] = [[]];
  const characters = Array.from(pattern);
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] as string;
    const escaped = character === '\\' && /^[%_\\]$/.test(characters[index + 1] ?? '');
    if (escaped) segments.at(-1)?.push(characters[++index] as string);
    else if (character === '%') segments.push([]);
    else segments.at(-1)?.push(character === '_' ? anyCharacter : character);
  }
  return segments.filter((segment) => segment.length > 0);
}

const isPlain = (segment: Segment) => !segment.includes(anyCharacter);

/** Taking the leftmost place for each segment is enough, since both ends of the pattern are open. */
function findInTurn<S extends { readonly length: number }>(
  segments: readonly S[],
  indexOf: (segment: S, from: number) => number,
): boolean {
  let from = 0;
  for (const segment of segments) {
    const at = indexOf(segment, from);
    if (at < 0) return false;
    from = at + segment.length;
  }
  return true;
}

function indexOfSegment(text: readonly string[], segment: Segment, from: number): number {
  for (let at = from; at + segment.length <= text.length; at++) {
    if (segment.every((wanted, offset) => wanted === anyCharacter || wanted === text[at + offset])) return at;
  }
  return -1;
}
