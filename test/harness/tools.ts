import { spawnSync } from 'node:child_process';

const isThere = (program: string) => spawnSync(program, ['--version']).error === undefined;

/**
 * Whether programs that npm cannot bring are on this machine. Where one is not, what is left out is said aloud.
 *
 * @param what that is left out, such as `nothing of "a Redis" is tested`
 */
export function hasTools(programs: readonly string[], what: string): boolean {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length > 0) {
    process.stderr.write(`\nNOT TESTED: ${what}, as there is no ${missing.join(' and no ')} here\n\n`);
  }
  return missing.length === 0;
}
