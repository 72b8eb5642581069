import { setImmediate } from 'node:timers/promises';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/server.ts';
import { startTwin } from '../../src/twin/twin.ts';
import type { VictimOptions } from './under-attack.ts';

/**
 * A gateway in a process of its own, before a twin of its own, that tells its parent how much memory an attack
 * took. Its first argument has the options as JSON.
 */
const { settings = {}, connections, customers = 500 } = JSON.parse(process.argv[2] ?? '{}') as VictimOptions;

const twin = await startTwin({ customers });
const config = readConfig({
  PORT: '0',
  HOST: '127.0.0.1',
  KOMET_TOKEN: 'test-token',
  KOMET_BASE_URL: twin.url,
  STORE_URL: 'memory:',
  ...settings,
});
const server = await startServer(config, { connections });

let peak = 0;
let base = 0;
let before = 0;
const look = () => {
  peak = Math.max(peak, process.memoryUsage.rss());
};
setInterval(look, 5);

/** Of the whole life of the process, so that a peak between two looks is not missed. */
const highest = () => process.resourceUsage().maxRSS * 1024;

process.on('message', async (word) => {
  if (word === 'begin') {
    globalThis.gc?.();
    await setImmediate();
    base = peak = process.memoryUsage.rss();
    before = highest();
    process.send?.({ began: true });
  } else {
    look();
    if (highest() > before) peak = Math.max(peak, highest());
    const isPolluted = 'polluted' in {} || 'polluted' in [] || 'polluted' in (() => {});
    process.send?.({ bytes: peak - base, isPolluted });
  }
});
process.on('disconnect', () => process.exit());
process.send?.({ url: `${server.url}/graphql` });
