import { florists, startTwin } from '../../src/twin/twin.ts';

/** The twin in a process of its own: `upstream.ts CUSTOMERS`. Any message is answered with its calls so far. */
const customers = Number(process.argv[2]);
const twin = await startTwin({ quota: 1e9, customers: 0 });
// Each of them active and with a code of its own, so that every peer lists and finds the same.
const all = florists(Math.ceil(customers * 1.3) + 20).filter(
  ({ active, code }) => active && code !== null && code.toUpperCase() !== 'SHARED',
);
twin.company.replaceAll(all.slice(0, customers));
process.on('message', () => process.send?.({ calls: twin.calls.length }));
process.on('disconnect', () => process.exit());
process.send?.({
  url: twin.url,
  keys: twin.company.customers.slice(0, 1_000).map(({ id, code }) => ({ id, code })),
});
