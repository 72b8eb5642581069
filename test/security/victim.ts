import { setImmediate } from 'node:timers/promises';
import { startGateway } from '../harness/gateway.ts';
import type { VictimOptions } from './under-attack.ts';

/**
 * A gateway in a process of its own, before a twin of its own, that tells its parent how much memory an attack
 * took. Its first argument has the options as JSON.
 */
const { settings = {}, connections, customers = 500 } = JSON.parse(process.argv[2] ?? '{}') as VictimOptions;

const gateway = await startGateway({ settings, connections, twin: { customers } });

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
process.send?.({ url: gateway.url });
