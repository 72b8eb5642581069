import { describe, expect, test } from 'vitest';
import { drawDays } from '../bench/day/picture.ts';
import { type DayReport, runDay } from '../bench/day/run-day.ts';
import { promiseMs, scenarios } from '../bench/day/scenarios.ts';

/** `node bench/day/main.ts` lives the same days with a million operations each. */
const short = { operations: 3_000, customers: 300 };

describe('a day of company life', () => {
  const days: DayReport[] = [];

  test.each(scenarios)(
    '$title: every answer is right and none is older than that day makes it',
    async (scenario) => {
      const day = await runDay(scenario, short);
      days.push(day);
      expect(day.broken).toEqual([]);
      expect(day).toMatchObject({ operations: short.operations, differences: 0 });
      expect(day.calls).toBeLessThanOrEqual(scenario.mostCalls);
      if (!scenario.outage && scenario.dailyQuota >= 1_000) {
        expect(day.largestAge).toBeLessThanOrEqual(promiseMs);
        expect(day.stale).toBe(0);
      }
      if (!scenario.outage) expect(day.callsByKind.failed).toBe(0);
      expect(day.callsByKind.full).toBe(4);
    },
    60_000,
  );

  test('is drawn as a picture that needs nothing but itself', () => {
    const picture = drawDays(days);
    for (const { title } of scenarios) expect(picture).toContain(title);
    expect(picture).toContain('prefers-color-scheme: dark');
    expect(picture.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|NaN|undefined/);
  });
});
