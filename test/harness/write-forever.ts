import { flushCompileCache } from 'node:module';
import { createArchive } from '../../src/customers/archive.ts';
import { createSnapshot } from '../../src/customers/snapshot.ts';
import { createFileStore } from '../../src/store/file-store.ts';

/**
 * Saves one snapshot after another until it is killed, in the folder and from the number on that it is given;
 * says each number once it is saved. The rows of one snapshot all have its number.
 */
// A killed process leaves its successor nothing that it has not written by then.
flushCompileCache();
const [folder = '', start = '0'] = process.argv.slice(2);
const archive = createArchive({
  store: await createFileStore(folder),
  token: 'token',
  name: 'tenant',
  log: (event, facts) => process.stderr.write(`${event} ${JSON.stringify(facts)}\n`),
});
for (let number = Number(start); ; number++) {
  const rows = Array.from({ length: 800 }, (_, index) => ({
    id: `${index + 1}`,
    name: `${number}`,
    code: `${Math.random()}`,
    active: true,
    salesPerson: null,
    customerType: null,
    salesPersonId: null,
    accountingCode: null,
    updatedOn: null,
  }));
  archive.saveState({
    snapshot: await createSnapshot(rows, `version-${number}`),
    asOf: number,
    fullAt: number,
    lastKind: 'FULL',
    digest: null,
    capabilities: { updateAsOf: 'UNKNOWN', includeInactive: 'UNKNOWN' },
    costMs: 1,
  });
  await archive.settle();
  process.stdout.write(`${number}\n`);
}
