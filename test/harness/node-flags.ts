import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: { readonly start: string };
};

/** What `npm start` gives to Node, for whoever starts the program otherwise. */
export const nodeFlags: readonly string[] = scripts.start.match(/(?<=\s)--\S+/g) ?? [];
