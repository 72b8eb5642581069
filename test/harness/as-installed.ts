import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/**
 * For `node --import`: `komet-graphql` is this clone, as if it were installed; from the sources, as nothing is built.
 */
const root = new URL('../../', import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
  readonly exports: Readonly<Record<string, { readonly default: string }>>;
};

registerHooks({
  resolve(specifier, context, next) {
    const name = /^komet-graphql(\/.+)?$/.exec(specifier);
    const built = name && exports[`.${name[1] ?? ''}`]?.default;
    if (!built) return next(specifier, context);
    const source = built.replace('./dist/', '').replace(/\.js$/, '.ts');
    return { url: new URL(source, root).href, shortCircuit: true };
  },
});
