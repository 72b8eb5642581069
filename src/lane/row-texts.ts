import type { Write } from './compile.ts';

/** Remembers what a row looks like as JSON, for each selection of fields that is asked for again and again. */
export type RowTexts = {
  /** The same function, but a row is written once. */
  remember(write: Write): Write;
};

/** Characters that are kept in all. */
const mostCharacters = 24_000_000;

/**
 * Rows are immutable and outlive the snapshots that hold them, so what was written of one stays true. When
 * there is too much of it, all is forgotten: it is quickly written again.
 */
export function createRowTexts(): RowTexts {
  let characters = 0;
  let age = 0;
  return {
    remember(write) {
      let texts = new WeakMap<object, string>();
      let since = age;
      return (row, out) => {
        if (since !== age) {
          texts = new WeakMap();
          since = age;
        }
        const known = texts.get(row as object);
        if (known !== undefined) return void out.push(known);
        const pieces: string[] = [];
        write(row, pieces);
        const text = pieces.join('');
        texts.set(row as object, text);
        characters += text.length;
        if (characters > mostCharacters) {
          characters = 0;
          age += 1;
        }
        out.push(text);
      };
    },
  };
}
