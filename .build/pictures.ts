import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Takes the README's pictures from those that the tests have made. */
const root = join(import.meta.dirname, '..');
const folder = join(root, '.github', 'pictures');

for (const name of await readdir(folder)) {
  if (name.endsWith('.png')) await copyFile(join(root, 'test', 'output', name), join(folder, name));
}
