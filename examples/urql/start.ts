import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createServer as createPageServer } from 'vite';
// Outside this repository these come from 'komet-graphql' and 'komet-graphql/twin'.
import { createGateway } from '../../src/gateway.ts';
import { startTwin, type TwinCompany } from '../../src/twin/twin.ts';

/** One command for all of the example: an imitation of Komet with invented customers, the gateway, the page. */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '5173' }, still: { type: 'boolean', default: false } },
});

// The imitation is generous with calls, so that the page can be nearly live; Komet allows 1,000 a day.
const calls = 20_000;
const twin = await startTwin({ quota: calls });
const gateway = createGateway({
  komet: { baseUrl: twin.url, token: 'invented', dailyQuota: calls },
  freshness: { maxStalenessMs: 2_000 },
});
const server = createServer(gateway.nodeListener).listen(0, '127.0.0.1');
await once(server, 'listening');

// vite.config.ts passes /graphql on to there.
process.env['GATEWAY_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const page = await createPageServer({
  root: import.meta.dirname,
  clearScreen: false,
  logLevel: 'warn',
  server: { host: 'localhost', port: Number(values.port) },
});
await page.listen();
console.log(page.resolvedUrls?.local[0]);
if (!values.still) console.log('Somebody edits an invented customer every 4 seconds (not with --still).');
const edits = values.still ? undefined : setInterval(() => edit(twin.company), 4_000);

// npm passes on a Ctrl-C that the terminal has sent already.
let isClosing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!isClosing) void close();
    isClosing = true;
  });
}

async function close() {
  clearInterval(edits);
  await page.close();
  server.close();
  server.closeAllConnections();
  await gateway.dispose();
  await twin.close();
}

/** What people do to customers all day, to those that a list by name begins with. */
function edit(company: TwinCompany) {
  const customers = company.customers.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, 30);
  const customer = customers[Math.floor(Math.random() * customers.length)];
  const other = customers[Math.floor(Math.random() * customers.length)];
  if (!customer || !other) return;
  const { id, name, active } = customer;
  const dice = Math.random();
  if (!active) company.reactivate(id);
  else if (dice < 0.1) company.deactivate(id);
  else if (dice < 0.2) company.add({ name: `Anemone ${other.name}`, code: `NEW${Date.now() % 100_000}` });
  else if (dice < 0.6)
    company.update(id, { salesPerson: other.salesPerson, salesPersonId: other.salesPersonId });
  else
    company.update(id, { name: name.endsWith(' & Co.') ? name.slice(0, -' & Co.'.length) : `${name} & Co.` });
}
