import { Agent, get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * Asks for health again and again, over a connection and on a thread of its own, so that what it measures is
 * the gateway and not the attacker. Told `begin` and `end`, it answers the latter with all times (ms).
 */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let times: number[] = [];
let asking: Promise<void> | undefined;
let isOver = false;

const ask = () =>
  new Promise<void>((resolve) => {
    get(workerData as string, { agent }, (response) => response.resume().on('end', resolve)).on(
      'error',
      // A connection that was idle for too long: the next one is new.
      () => resolve(),
    );
  });

async function askOn() {
  do {
    const started = performance.now();
    await ask();
    times.push(performance.now() - started);
    await wait(3);
  } while (!isOver);
}

parentPort?.on('message', async (word) => {
  if (word === 'begin') {
    await ask();
    times = [];
    isOver = false;
    asking = askOn();
    parentPort?.postMessage('began');
  } else {
    isOver = true;
    await asking;
    parentPort?.postMessage(times);
  }
});
