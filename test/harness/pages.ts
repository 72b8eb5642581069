import { readFile } from 'node:fs/promises';

/** A fenced block of a Markdown page. */
export type Block = {
  /** The first word after the fence, such as `sh`. */
  readonly language: string;
  /** The others, such as `server` or `file=main.ts`. */
  readonly marks: readonly string[];
  readonly text: string;
  /** Where its text begins in the page, from 1. */
  readonly line: number;
};

/** The fenced blocks of a page, in its order. */
export async function readBlocks(path: string): Promise<readonly Block[]> {
  const blocks: Block[] = [];
  let open: { language: string; marks: readonly string[]; line: number; lines: string[] } | undefined;
  for (const [index, line] of (await readFile(path, 'utf8')).split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) {
      const { lines, ...block } = open;
      blocks.push({ ...block, text: lines.join('\n') });
      open = undefined;
    } else {
      const [language = '', ...marks] = (fence[1] ?? '').trim().split(/\s+/);
      open = { language, marks, line: index + 2, lines: [] };
    }
  }
  return blocks;
}

/** What a page says is printed, where `…` stands for anything and white space for any other or none. */
export function toPattern(printed: string): RegExp {
  const words = printed.trim().split(/\s+/);
  return new RegExp(words.map((word) => word.split('…').map(literally).join('[^]*?')).join('\\s*'));
}

const literally = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
