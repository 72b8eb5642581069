import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version of this package, from its package.json, which lies above both the sources and the build. */
export function version(): string {
  let folder = import.meta.dirname;
  for (;;) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'komet-graphql' && version) return version;
    } catch {
      // not here: one folder up
    }
    if (dirname(folder) === folder) return 'unknown';
    folder = dirname(folder);
  }
}
