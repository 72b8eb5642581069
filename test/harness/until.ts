import { setTimeout as wait } from 'node:timers/promises';

/**
 * Looks again and again until a check holds, and gives what it found.
 * @throws after a bounded time, with what was waited for
 */
export async function until<Found>(
  what: string,
  check: () => Found | Promise<Found>,
  mostMs = 10_000,
): Promise<Exclude<Found, undefined | null | false | 0 | ''>> {
  const end = performance.now() + mostMs;
  for (;;) {
    const found = await check();
    if (found) return found as Exclude<Found, undefined | null | false | 0 | ''>;
    if (performance.now() > end) throw new Error(`waited ${mostMs} ms in vain until ${what}`);
    await wait(10);
  }
}
