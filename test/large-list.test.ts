import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startTwin } from '../src/twin/twin.ts';
import { forkGateway } from './harness/fork-gateway.ts';
import { post } from './harness/gateway.ts';
import type { Message } from './harness/gateway-process.ts';

const customers = 100_000;
/** In MB, of the whole process: Node, the gateway, and all customers with their indexes. */
const mostMemory = 300;

test(`a list of ${customers} customers is loaded within ${mostMemory} MB, and callers are heard meanwhile`, async () => {
  await using twin = await startTwin({ customers });
  const { gateway, url } = await forkGateway({ KOMET_TOKEN: 'large', KOMET_BASE_URL: twin.url });
  const started = performance.now();
  const { data, errors } = await post(url, {
    query: '{ customers(limit: 3) { id name } kometStatus { rows } }',
  });
  const loadedAfter = performance.now() - started;
  expect(errors).toBeUndefined();
  expect(data.customers).toHaveLength(3);
  expect(data.kometStatus.rows).toBe(customers);
  gateway.send('close');
  const { delayMs, peakMegabytes } = await next(gateway, 'closed');
  console.log(
    `${customers} customers: first answer after ${loadedAfter.toFixed(0)} ms, at most ${peakMegabytes.toFixed(0)} MB, ` +
      `event loop held for at most ${delayMs.longest.toFixed(0)} ms (p99 ${delayMs.p99.toFixed(0)} ms)`,
  );
  expect(peakMegabytes).toBeLessThan(mostMemory);
  // What is promised is 50 ms; on a machine that is shared a pause may be somebody else's.
  expect(delayMs.p99).toBeLessThan(200);
});

type Kind = Message['kind'];

async function next<K extends Kind>(gateway: NodeJS.EventEmitter, kind: K): Promise<Message & { kind: K }> {
  for (;;) {
    const [message] = (await once(gateway, 'message')) as [Message];
    if (message.kind === kind) return message as Message & { kind: K };
  }
}
