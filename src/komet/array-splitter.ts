import { KometError } from './errors.ts';

/** Some of the array's elements. */
export type Batch = {
  readonly elements: readonly unknown[];
  /** It opens the array; a second opening batch means a duplicate member, which replaces the first. */
  readonly first: boolean;
  readonly last: boolean;
};

export type ArraySplitter = {
  /** Takes the next bytes of the body and gives back the batches that became complete. */
  push(chunk: Buffer): readonly Batch[];
  /** The last batches, and the body's text with the array's elements cut out of it. */
  end(): { readonly batches: readonly Batch[]; readonly rest: string };
};

/** A batch is cut once there are this many bytes. */
const batchBytes = 64 * 1024;
/** The longest text that is ever held, decoded and parsed at once. */
const maxPieceBytes = 1024 * 1024;
/** A list that is nested where it should list is refused, and not taken for an empty one. */
const maxDepth = 64;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Cuts a JSON object that arrives in chunks into batches of the elements of one of its array members,
 * wherever that member stands, and the rest.
 *
 * Within the array it guesses first that what looks like the place between two objects is one: what was cut in
 * a string or in a deeper level leaves that open, and does not parse. Once a guess was wrong, and around the
 * array, it looks at each byte, which costs a third of what parsing does; only there depth is limited.
 *
 * It finds boundaries and does not validate. It need not: every byte but the commas between batches ends
 * up in a batch or in the rest, and a body is valid JSON exactly when the rest and every batch are, and
 * no batch beside others is empty.
 *
 * @param parse reads the text of an array; what it throws is passed on where no guess was made
 */
export function createArraySplitter(
  member: string,
  parse: (text: string) => readonly unknown[],
): ArraySplitter {
  const piece = createPiece();
  let rest = '';
  let depth = 0;
  let inString = false;
  let escaped = false;
  let inArray = false;
  let first = true;
  let boundaries: 'not guessed yet' | 'guessed' | 'looked for' = 'not guessed yet';
  // The top level's latest string, the part of it that came with earlier chunks, and the latest key.
  let lastString = '';
  let stringHead = '';
  let key = '';

  function push(chunk: Buffer): readonly Batch[] {
    if (boundaries !== 'guessed') return scan(chunk);
    piece.append(chunk);
    return piece.length() < batchBytes ? [] : guess();
  }

  /** What is held begins with an element, and a bracket before it. */
  function guess(): readonly Batch[] {
    const end = piece.lastIndexOf(betweenObjects) + 1;
    if (end > 0) {
      piece.write(end, closeBracket);
      try {
        const batch = { elements: parse(piece.text(end + 1)), first, last: false };
        piece.write(end, openBracket);
        piece.drop(end);
        first = false;
        return [batch];
      } catch {
        piece.write(end, comma);
      }
    }
    return scanHeld();
  }

  function scanHeld(): readonly Batch[] {
    boundaries = 'looked for';
    const held = piece.takeBytes();
    piece.append(opening);
    return scan(held.subarray(opening.length));
  }

  function scan(chunk: Buffer): readonly Batch[] {
    const batches: Batch[] = [];
    const length = chunk.length;
    let start = 0;
    let stringStart = 0;

    function cut(end: number, last: boolean): void {
      piece.append(chunk.subarray(start, end));
      piece.append(closing);
      batches.push({ elements: parse(piece.take()), first, last });
      first = false;
    }

    for (let index = 0; index < length; index++) {
      if (inString) {
        if (escaped) {
          escaped = false;
          continue;
        }
        let byte = chunk[index];
        while (byte !== quote && byte !== backslash && ++index < length) byte = chunk[index];
        if (byte === backslash) escaped = true;
        else if (byte === quote) {
          inString = false;
          if (depth === 1) lastString = stringHead + chunk.toString('latin1', stringStart, index);
        }
        continue;
      }
      switch (chunk[index]) {
        case quote:
          inString = true;
          stringHead = '';
          stringStart = index + 1;
          break;
        case openBrace:
        case openBracket:
          depth++;
          if (depth > maxDepth) throw new KometError('KOMET_BAD_RESPONSE', 'Komet sent JSON nested too deep');
          if (depth !== 2 || chunk[index] !== openBracket || !isSameKey(key, member)) break;
          piece.append(chunk.subarray(start, index));
          rest += `${piece.take()}[`;
          start = index;
          inArray = true;
          first = true;
          if (boundaries === 'looked for') break;
          boundaries = 'guessed';
          return [...batches, ...push(chunk.subarray(index))];
        case closeBrace:
        case closeBracket:
          depth--;
          if (depth !== 1 || !inArray) break;
          cut(index, true);
          start = index;
          inArray = false;
          break;
        case comma:
          if (depth === 1) key = '';
          if (depth !== 2 || !inArray || piece.length() + index - start < batchBytes) break;
          cut(index, false);
          piece.append(opening);
          start = index + 1;
          break;
        case colon:
          if (depth === 1) key = lastString;
          break;
      }
    }
    if (inString && depth === 1) stringHead += chunk.toString('latin1', stringStart);
    piece.append(chunk.subarray(start));
    if (rest.length > maxPieceBytes) throw tooLong();
    return batches;
  }

  return {
    push,
    end() {
      const batches = boundaries === 'guessed' ? scanHeld() : [];
      return { batches, rest: rest + piece.take() };
    },
  };
}

const opening = Buffer.from('[');
const closing = Buffer.from(']');
const betweenObjects = Buffer.from('},{');

/** The bytes since the last cut, copied together so that no chunk is kept for the sake of its end. */
function createPiece() {
  let bytes = Buffer.allocUnsafe(2 * batchBytes);
  let length = 0;

  return {
    length: () => length,
    append(more: Buffer): void {
      if (length + more.length > maxPieceBytes) throw tooLong();
      if (length + more.length > bytes.length) bytes = Buffer.concat([bytes], 2 * (length + more.length));
      more.copy(bytes, length);
      length += more.length;
    },
    take(): string {
      const text = bytes.toString('utf8', 0, length);
      length = 0;
      return text;
    },
    takeBytes(): Buffer {
      const taken = Buffer.from(bytes.subarray(0, length));
      length = 0;
      return taken;
    },
    lastIndexOf: (sought: Buffer) => bytes.subarray(0, length).lastIndexOf(sought),
    text: (end: number) => bytes.toString('utf8', 0, end),
    write(at: number, byte: number): void {
      bytes[at] = byte;
    },
    /** Forgets so many bytes from the start. */
    drop(count: number): void {
      bytes.copyWithin(0, count, length);
      length -= count;
    },
  };
}

function tooLong(): KometError {
  return new KometError('KOMET_BAD_RESPONSE', `Komet sent a value of more than ${maxPieceBytes} bytes`);
}

/** Whether a key as it was sent, perhaps with escapes, is `name`. */
function isSameKey(sent: string, name: string): boolean {
  if (!sent.includes('\\')) return sent === name;
  try {
    return JSON.parse(`"${sent}"`) === name;
  } catch {
    return false;
  }
}
