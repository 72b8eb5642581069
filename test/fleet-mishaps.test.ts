import { expect, test } from 'vitest';
import { letMishapsHappen } from '../bench/fleet/mishaps.ts';
import { runFleet } from '../bench/fleet/run-fleet.ts';
import { describeWithRedis } from './harness/redis.ts';

describeWithRedis('three gateways under load', () => {
  // `npm run bench:fleet` has more of everything.
  test('answer nothing wrong while they are killed, paused and cut off, and their Redis restarts empty', async () => {
    const report = await runFleet({
      ...{ processes: 3, tokens: 8, seconds: 1, quota: 1_000_000 },
      happen: (stage) => letMishapsHappen(stage, { kills: 2, cutSeconds: 2 }),
    });
    expect(report.wrong).toEqual([]);
    expect(report).toMatchObject({ refused: 0 });
    expect(report.answers).toBeGreaterThan(200);
    expect(report.calls).toBeGreaterThan(50);
  }, 120_000);
});
