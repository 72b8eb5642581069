import type { Random } from '../../src/twin/random.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** How much is asked in each hour of a working day, as parts of the whole: quiet nights, a dip at noon. */
// biome-ignore format: twenty-four hours read better in a row
const hours = [2, 1, 1, 1, 2, 5, 10, 18, 26, 31, 33, 30, 24, 28, 32, 30, 24, 16, 11, 8, 6, 5, 4, 3];
const whole = hours.reduce((sum, part) => sum + part, 0);

/** Times (ms from the day's beginning) of `count` things that happen as such a day goes, in their order. */
export function* spreadOverDay(count: number, random: Random): Generator<number, void, undefined> {
  let hour = 0;
  let before = 0;
  for (let index = 0; index < count; index++) {
    const place = ((index + random.fraction()) / count) * whole;
    while (hour < 23 && before + (hours[hour] as number) <= place) before += hours[hour++] as number;
    yield (hour + (place - before) / (hours[hour] as number)) * hourMs;
  }
}
