import { setTimeout as wait } from 'node:timers/promises';
import type { Stage } from './run-fleet.ts';

export type Mishaps = {
  /** How often the process that reads a list is killed while it does. */
  readonly kills: number;
  /** How long (s) the line to Redis is cut. */
  readonly cutSeconds: number;
};

/** Longer (s) than a lease holds. */
const pauseSeconds = 6;

/** Kills, pauses and cuts off the processes of a fleet, and restarts its Redis empty. */
export async function letMishapsHappen(stage: Stage, { kills, cutSeconds }: Mishaps): Promise<void> {
  const { replicas, redis, line, say } = stage;
  const of = (turn: number) => replicas[turn % replicas.length] as (typeof replicas)[number];
  const starting: Promise<void>[] = [];
  const checks: Promise<void>[] = [];
  for (let turn = 0; turn < kills; turn++) {
    // One at a time: there is always somebody to ask.
    await starting[turn - 1];
    await stage.beginReading(turn, of(turn));
    await of(turn).kill();
    say(`killed a process while it read a list (${turn + 1} of ${kills})`);
    // Answered once the lease of the one that was killed has run out.
    checks.push(stage.ask(turn, of(turn + 1)));
    starting.push(of(turn).start());
  }
  await Promise.all([...starting, ...checks]);

  await stage.beginReading(0, of(0));
  of(0).pause();
  say(`paused a process while it reads a list, for ${pauseSeconds} s`);
  await stage.ask(0, of(1));
  await wait(pauseSeconds * 1_000);
  of(0).resume();
  for (const replica of replicas) await stage.ask(0, replica);

  await redis.stop();
  await redis.start();
  say('restarted Redis, empty');
  await wait(3_000);

  line.cut();
  say(`cut the line to Redis for ${cutSeconds} s`);
  await wait(cutSeconds * 1_000);
  line.mend();
  say('mended the line to Redis');
  await wait(3_000);
  for (const replica of replicas) await stage.ask(0, replica);
}

/** The same for a fleet that spends all of its quota; nothing that makes a process forget what it has spent. */
export async function letMoneyBeSpent({ replicas, redis, line, say }: Stage): Promise<void> {
  await wait(1_000);
  line.cut();
  say('cut the line to Redis');
  await wait(1_000);
  line.mend();
  await wait(2_000);
  await redis.stop();
  await redis.start();
  say('restarted Redis, empty');
  await wait(2_000);
  await replicas[0]?.kill();
  say('killed a process');
  await replicas[0]?.start();
  redis.pause();
  say('paused Redis');
  await wait(2_000);
  redis.resume();
  await wait(2_000);
}
