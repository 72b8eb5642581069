import { describe, expect, test } from 'vitest';
import { subscribe, take } from './harness/events.ts';
import { startGateway } from './harness/gateway.ts';

const live = { KOMET_MAX_STALENESS: '100ms', KOMET_DAILY_QUOTA: '1000000' };
const changes =
  'subscription { customerChanged(filter: { includeInactive: true }) { kind changedFields customer { id name active } previous { name } } }';

const changesIn = (events: Awaited<ReturnType<typeof take>>) =>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  events.map(({ body }) => (body as any).data.customerChanged);

describe('customerChanged', () => {
  test('tells who was created, updated, deactivated, reactivated and removed', async () => {
    await using gateway = await startGateway({
      settings: { ...live, KOMET_FULL_SYNC_EVERY: '1ms' },
      twin: { customers: 2, quota: 1_000_000 },
    });
    const { company } = gateway.twin;
    await gateway.query('{ customers { id } }');
    const events = await subscribe(gateway.url, changes);
    expect(events.status).toBe(200);
    company.add({ id: '31', name: 'New Bloom' });
    expect(changesIn(await take(events, 1))).toEqual([
      {
        kind: 'CREATED',
        changedFields: [],
        customer: { id: '31', name: 'New Bloom', active: true },
        previous: null,
      },
    ]);
    company.update('31', { name: 'Newer Bloom' });
    expect(changesIn(await take(events, 1))).toMatchObject([
      { kind: 'UPDATED', customer: { name: 'Newer Bloom' }, previous: { name: 'New Bloom' } },
    ]);
    company.deactivate('31');
    const [deactivated] = changesIn(await take(events, 1));
    expect(deactivated).toMatchObject({ kind: 'DEACTIVATED', customer: { id: '31', active: false } });
    expect(deactivated.changedFields).toContain('active');
    company.reactivate('31');
    expect(changesIn(await take(events, 1))).toMatchObject([
      { kind: 'REACTIVATED', customer: { active: true } },
    ]);
    company.remove('31');
    expect(changesIn(await take(events, 1))).toMatchObject([{ kind: 'REMOVED', customer: { id: '31' } }]);
    events.close();
  });

  test('tells only of customers that pass the filter before or after', async () => {
    await using gateway = await startGateway({ settings: live, twin: { customers: 2, quota: 1_000_000 } });
    await gateway.query('{ customers { id } }');
    const events = await subscribe(
      gateway.url,
      'subscription { customerChanged(filter: { name: "tulip" }) { customer { name } } }',
    );
    gateway.twin.company.add({ id: '31', name: 'Rose Garden' });
    gateway.twin.company.add({ id: '32', name: 'Tulip Garden' });
    expect(changesIn(await take(events, 1))).toEqual([{ customer: { name: 'Tulip Garden' } }]);
    gateway.twin.company.update('32', { name: 'Former Tulips, now Roses' });
    gateway.twin.company.update('31', { name: 'Tulip Corner' });
    const names = changesIn(await take(events, 2)).map(({ customer }) => customer.name);
    expect(names.sort()).toEqual(['Former Tulips, now Roses', 'Tulip Corner']);
    events.close();
  });

  test('goes on after the last event id without a gap and without a double', async () => {
    await using gateway = await startGateway({ settings: live, twin: { customers: 2, quota: 1_000_000 } });
    await gateway.query('{ customers { id } }');
    const first = await subscribe(gateway.url, changes);
    const witness = await subscribe(gateway.url, changes);
    gateway.twin.company.add({ id: '31', name: 'One' });
    const [seen] = await take(first, 1);
    first.close();
    gateway.twin.company.add({ id: '32', name: 'Two' });
    gateway.twin.company.add({ id: '33', name: 'Three' });
    const all = await take(witness, 3);
    expect(all[0]?.id).toBe(seen?.id);
    const resumed = await subscribe(gateway.url, changes, { 'last-event-id': seen?.id ?? '' });
    expect((await take(resumed, 2)).map(({ id }) => id)).toEqual(all.slice(1).map(({ id }) => id));
    gateway.twin.company.add({ id: '34', name: 'Four' });
    expect(changesIn(await take(resumed, 1))).toMatchObject([{ customer: { name: 'Four' } }]);
    resumed.close();
    witness.close();
  });

  test('says so when the last event id is not known any more', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const events = await subscribe(gateway.url, changes, { 'last-event-id': 'of-another-process-7' });
    const [last] = await take(events, 1);
    expect(last?.body['errors']).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    events.close();
  });

  test('costs one poller however many subscribe, and none once they have gone', async () => {
    await using gateway = await startGateway({
      settings: { KOMET_MAX_STALENESS: '5m' },
      twin: { customers: 2 },
    });
    const many = await Promise.all(Array.from({ length: 25 }, () => subscribe(gateway.url, changes)));
    await gateway.query('{ customers { id } }');
    expect(gateway.twin.calls).toHaveLength(1);
    for (const events of many) events.close();
  });
});
