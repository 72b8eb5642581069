import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLike, fold } from '../src/customers/text.ts';
import { examineEndpoint, type Report } from '../src/doctor/doctor.ts';
import { createLikeTest, isOurs, likeReadings } from '../src/doctor/like-readings.ts';
import { createGateway } from '../src/gateway.ts';
import { createFileStore } from '../src/store/file-store.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import { createTenantName } from '../src/store/seal.ts';
import type { Store } from '../src/store/store.ts';
import { florists, startTwin, type Twin, type TwinBehaviour, type TwinOptions } from '../src/twin/twin.ts';
import { createFolder, runProgram } from './harness/program.ts';

const token = 'secret-token-of-the-company';
const mostCalls = 8;

type Visit = { readonly report: Report; readonly twin: Twin; readonly store: Store };

async function visit(
  twin: Twin,
  options: {
    store?: Store;
    save?: boolean;
    dailyQuota?: number;
    timeoutMs?: number;
    now?: () => number;
  } = {},
): Promise<Visit> {
  const { store = createMemoryStore(), save = false, dailyQuota = 1000, timeoutMs = 5_000, now } = options;
  const komet = { baseUrl: new URL(twin.url), token, dailyQuota, timeoutMs };
  const before = twin.calls.length;
  const report = await examineEndpoint({ komet, store, save, ...(now && { now }) });
  expect(twin.calls.length - before).toBe(report.calls);
  expect(report.calls).toBeLessThanOrEqual(mostCalls);
  expect(JSON.stringify(report)).not.toContain(token);
  return { report, twin, store };
}

/** The report on a twin that deviates from the documented behaviour. */
async function examine(behaviour: Partial<TwinBehaviour> = {}, options: TwinOptions = {}): Promise<Report> {
  await using twin = await startTwin({ ...options, behaviour });
  return (await visit(twin)).report;
}

/** What a gateway on the store answers to a filter, by name. */
async function answerOf({ twin, store }: Omit<Visit, 'report'>, filter: string): Promise<readonly string[]> {
  await using gateway = createGateway({ komet: { baseUrl: twin.url, token }, store });
  const query = `{ customers(filter: ${filter}) { name } }`;
  const request = new Request('http://gateway/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = (await (await gateway(request)).json()) as {
    data: { customers: readonly { name: string }[] };
  };
  return data.customers.map(({ name }) => name).toSorted();
}

describe('an endpoint as documented', () => {
  test('takes all eight calls and fits', async () => {
    const report = await examine({ accentSensitive: false });
    expect(report).toMatchObject({
      calls: mostCalls,
      isFit: true,
      inForce: true,
      saved: false,
      findings: { nameFiltersGoUpstream: false, includeInactiveSpelling: '1' },
      quota: { limit: 1000, used: mostCalls },
    });
    expect(Object.values(report.checks).map(({ verdict }) => verdict)).toEqual(Array(10).fill('ok'));
  });

  test('has its list measured: rows, active ones, bytes and time', async () => {
    await using twin = await startTwin({ latencyMs: 30 });
    const { report } = await visit(twin);
    const { facts } = report.checks.list;
    expect(facts).toMatchObject({ rows: 500, bytes: twin.calls[0]?.bytes, dropped: 0, missing: 0 });
    expect(facts['active']).toBe(twin.company.customers.filter(({ active }) => active).length);
    expect(facts['durationMs']).toBeGreaterThanOrEqual(30);
  });

  test('is asked for names in another case, with wildcards in one of them', async () => {
    await using twin = await startTwin();
    await visit(twin);
    const names = twin.calls.flatMap(({ parameters: { name } }) => name ?? []);
    expect(names).toHaveLength(2);
    expect(names[0]).not.toMatch(/[%_]/);
    expect(names[1]).toMatch(/_.*%|%.*_/);
    for (const name of names) expect(name).toBe(name.toUpperCase());
  });
});

describe('LIKE', () => {
  const readings = (['contains', 'prefix', 'caller-wildcards'] as const).flatMap((like) =>
    [true, false].flatMap((wildcards) =>
      [true, false].map((accentSensitive) => ({ like, wildcards, accentSensitive })),
    ),
  );

  test.for(readings)('is told apart as %o', async (behaviour) => {
    const { checks, findings, isFit } = await examine(behaviour);
    const { facts, verdict, isWrong } = checks.nameFilter;
    const form = behaviour.like === 'caller-wildcards' ? 'whole' : behaviour.like;
    const isLikeOurs = form === 'contains' && behaviour.wildcards;
    expect(facts).toMatchObject({ letterCase: 'ignored' });
    expect([form, null]).toContain(facts['form']);
    expect([behaviour.wildcards, null]).toContain(facts['wildcards']);
    expect([behaviour.accentSensitive ? 'distinct' : 'ignored', null]).toContain(facts['accents']);
    expect(findings.nameFiltersGoUpstream).toBe(!isLikeOurs);
    expect({ isWrong, isFit }).toEqual({ isWrong: !isLikeOurs, isFit: isLikeOurs });
    expect(verdict).toBe(isLikeOurs && !behaviour.accentSensitive ? 'ok' : 'differs');
    if (isLikeOurs) expect(facts).toMatchObject({ form, wildcards: true });
  });

  test('that counts accents is no fault, since the schema promises that they do not count', async () => {
    const { nameFilter } = (await examine({ accentSensitive: true })).checks;
    expect(nameFilter).toMatchObject({ verdict: 'differs', isWrong: false, facts: { accents: 'distinct' } });
    expect(nameFilter.seen).toContain('an accent counts');
  });

  test('of another kind than any we know goes upstream', async () => {
    await using twin = await startTwin();
    // Of the eight calls the fifth and the sixth ask for names.
    for (let call = 1; call <= mostCalls; call++) {
      if (call === 5) twin.faults.next('other-customer');
      else twin.faults.next('slow', { delayMs: 0 });
    }
    const odd = (await visit(twin)).report;
    expect(odd.checks.nameFilter).toMatchObject({ isWrong: true, facts: { form: null } });
    expect(odd.checks.nameFilter.seen).toBe('matched in no way that we know');
    expect(odd.findings.nameFiltersGoUpstream).toBe(true);
  });

  test('is compared with the very code that answers name filters', () => {
    const ours = likeReadings.filter(isOurs);
    expect(ours).toHaveLength(1);
    const text = fc.string({ unit: fc.constantFrom('a', 'B', 'é', '%', '_', ' '), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        const other = createLikeTest(
          { form: 'contains', wildcards: true, accents: 'ignored', letterCase: 'ignored' },
          pattern,
        );
        expect(other(name)).toBe(createLike(pattern)(fold(name)));
      }),
    );
  });

  test.for([2, 3, 10, 60])(
    'is believed to be ours as long as %i customers do not show otherwise',
    async (customers) => {
      const { checks, isFit } = await examine({ accentSensitive: false }, { customers });
      expect(checks.nameFilter).toMatchObject({ verdict: 'ok', isWrong: false });
      expect(isFit).toBe(true);
    },
  );
});

describe('includeInactive', () => {
  test.for([
    ['both', { one: true, true: true, byDefault: false }, 'ok', '1', true],
    ['one', { one: true, true: false, byDefault: false }, 'ok', '1', true],
    ['true', { one: false, true: true, byDefault: false }, 'differs', 'true', false],
    ['ignored', { one: null, true: null, byDefault: null }, 'unknown', '1', true],
  ] as const)(
    'understood as %s',
    async ([includeInactive, facts, verdict, includeInactiveSpelling, isFit]) => {
      const report = await examine({ includeInactive });
      expect(report.checks.includeInactive).toMatchObject({ verdict, facts, isWrong: !isFit });
      expect(report).toMatchObject({ isFit, findings: { includeInactiveSpelling } });
    },
  );

  test('that is on by default is told from one that is off', async () => {
    const { includeInactive } = (await examine({ inactiveByDefault: true })).checks;
    expect(includeInactive).toMatchObject({
      verdict: 'differs',
      isWrong: false,
      facts: { byDefault: true, rows: { one: 500, without: 500, true: 500 } },
    });
  });

  test('that nobody can be seen by, where all are active, stays unknown', async () => {
    await using twin = await startTwin();
    twin.company.replaceAll(florists(100).filter(({ active }) => active));
    const { checks } = (await visit(twin)).report;
    expect(checks.includeInactive.verdict).toBe('unknown');
    expect(checks.inactiveById).toMatchObject({ verdict: 'unknown' });
    expect(checks.inactiveById.seen).toContain('no inactive customer');
  });

  test.for([true, false])('is not needed for a customer asked for by id: %s', async (exactFindsInactive) => {
    const { inactiveById } = (await examine({ exactFindsInactive })).checks;
    expect(inactiveById).toMatchObject({ verdict: 'ok', facts: { found: exactFindsInactive } });
  });
});

describe('updateAsOf', () => {
  test.for([
    [{}, 'ok', { honoured: true, inclusive: true }],
    [{ updateAsOf: 'ignored' }, 'differs', { honoured: false }],
    [{ updateAsOfDay: 'exclusive' }, 'differs', { honoured: true, inclusive: false }],
  ] as const)('of %o', async ([behaviour, verdict, facts]) => {
    const { updateAsOf } = (await examine(behaviour)).checks;
    expect(updateAsOf).toMatchObject({ verdict, facts, isWrong: false });
  });

  test.for([-300, 0, 120, 540])('whose day begins %i minutes east of UTC tells so', async (minutes) => {
    const { facts } = (await examine({ updateAsOfOffsetMinutes: minutes }, { customers: 5_000 })).checks
      .updateAsOf;
    expect(facts).toMatchObject({ honoured: true, inclusive: true });
    const { from, to } = facts['dayBegins'] as { from: number; to: number };
    expect(from).toBeLessThanOrEqual(-minutes / 60);
    expect(to).toBeGreaterThanOrEqual(-minutes / 60);
    expect(to - from).toBeLessThan(12);
  });

  test('in version 9, where rows have no dates, is asked for a day in the future and found ignored', async () => {
    const now = Date.parse('2026-03-10T08:00:00Z');
    await using twin = await startTwin({ profile: 'v9', now: () => now });
    const { checks } = (await visit(twin, { now: () => now })).report;
    expect(checks.updateAsOf).toMatchObject({
      verdict: 'differs',
      facts: { honoured: false, day: '2026-03-13' },
    });
  });

  test('that leaves out what changed later is a fault', async () => {
    await using twin = await startTwin();
    for (let call = 1; call < 4; call++) twin.faults.next('slow', { delayMs: 0 });
    twin.faults.next('empty-list');
    const { report } = await visit(twin);
    expect(report.checks.updateAsOf).toMatchObject({ isWrong: true, facts: { rows: 0 } });
    expect(report.checks.updateAsOf.meaning).toContain('KOMET_FULL_SYNC_EVERY=0');
    expect(report.isFit).toBe(false);
  });
});

describe('a reply', () => {
  test.for([
    ['list', 'list'],
    ['message', 'message'],
    ['message-only', 'message-only'],
  ] as const)('with nobody in it has the form %s', async ([emptyResult, form]) => {
    const { emptyResult: check } = (await examine({ emptyResult })).checks;
    expect(check).toMatchObject({ verdict: 'ok', facts: { form } });
    if (form !== 'list') expect(check.seen).toContain('"Customers not found."');
  });

  test('of other types than those of the samples is named field by field', async () => {
    const behaviour = { id: 'number', active: 'boolean', status: 'number', emptyValue: 'absent' } as const;
    const { wireTypes } = (await examine(behaviour)).checks;
    expect(wireTypes).toMatchObject({
      verdict: 'differs',
      isWrong: false,
      facts: { status: 'number', id: ['number'], active: ['boolean'], code: ['string', 'absent'] },
    });
  });

  test('with undocumented fields has them listed', async () => {
    const { fields } = (await examine({ extraKeys: true })).checks;
    expect(fields).toMatchObject({
      verdict: 'differs',
      isWrong: false,
      facts: { missing: [], extra: ['creditHold', 'tags', 'billTo'] },
    });
  });

  test('of version 9 lacks three fields, and the gateway copes', async () => {
    const { checks, isFit } = await examine({}, { profile: 'v9' });
    expect(checks.fields).toMatchObject({
      verdict: 'differs',
      facts: { missing: ['salesPersonId', 'accountingCode', 'updatedOn'] },
    });
    expect(checks.includeInactive.verdict).toBe('unknown');
    expect(isFit).toBe(true);
  });

  test('that is cut short is noticed by the customers in other replies', async () => {
    const { checks, isFit } = await examine({ rowCap: 100 });
    expect(checks.list).toMatchObject({ isWrong: true });
    expect(checks.list.facts['missing']).toBeGreaterThan(2);
    expect(isFit).toBe(false);
  });

  test('whose rows are no customers is a fault', async () => {
    const { checks, isFit } = await examine({}, { faults: ['bad-rows'] });
    expect(checks.list).toMatchObject({ isWrong: true });
    expect(checks.list.facts['dropped']).toBeGreaterThan(0);
    expect(isFit).toBe(false);
  });

  test('without any customers costs four calls', async () => {
    const report = await examine({}, { customers: 0 });
    expect(report).toMatchObject({ calls: 4, isFit: true, checks: { list: { verdict: 'unknown' } } });
  });
});

describe('the clock', () => {
  test.for([
    [0, 'ok', 'agree'],
    [-7_200_000, 'differs', '2 hours behind ours'],
    [600_000, 'differs', '10 minutes ahead of ours'],
  ] as const)('%i ms ahead of ours', async ([aheadMs, verdict, words]) => {
    const now = Date.parse('2026-03-10T08:00:00Z');
    await using twin = await startTwin({ now: () => now + aheadMs });
    const { clock } = (await visit(twin, { now: () => now })).report.checks;
    expect(clock.verdict).toBe(verdict);
    expect(clock.seen).toContain(words);
    expect(Math.abs(Number(clock.facts['aheadMs']) - aheadMs)).toBeLessThan(2_000);
  });

  test('of updatedOn that runs ahead of the server is not that of UTC', async () => {
    await using twin = await startTwin({ behaviour: { updatedOnOffsetMinutes: 120 } });
    twin.company.add({ name: 'Just Now Flowers' });
    const { clock } = (await visit(twin)).report.checks;
    expect(clock.verdict).toBe('differs');
    expect(clock.seen).toContain('updatedOn is 2 hours ahead');
  });
});

describe('an endpoint that does not answer', () => {
  test('for a bad token costs one call and has one clear verdict', async () => {
    await using twin = await startTwin({ tokens: { other: { kind: 'company' } } });
    const { report } = await visit(twin);
    expect(report).toMatchObject({
      calls: 1,
      isFit: false,
      checks: { token: { verdict: 'differs', isWrong: true } },
    });
    expect(report.checks.token.seen).toContain('The authentication token is not valid.');
    expect(report.checks.list.seen).toBe('not asked');
  });

  test('for a bad token, in words that we do not know, costs one call more', async () => {
    await using twin = await startTwin({ tokens: {}, behaviour: { badTokenText: 'Acceso denegado' } });
    const { report } = await visit(twin);
    expect(report).toMatchObject({
      calls: 2,
      isFit: false,
      checks: { token: { verdict: 'differs', isWrong: true } },
    });
  });

  test('since its quota is spent costs one call', async () => {
    const report = await examine({}, { quota: 0 });
    expect(report).toMatchObject({
      calls: 1,
      isFit: false,
      checks: { list: { verdict: 'unknown', isWrong: true } },
    });
  });

  test('any more, once its quota is spent on the way, has the rest unknown', async () => {
    const report = await examine({}, { quota: 3 });
    expect(report).toMatchObject({
      calls: 4,
      checks: {
        list: { verdict: 'ok' },
        updateAsOf: { verdict: 'unknown' },
        nameFilter: { seen: 'not asked' },
      },
    });
  });

  test.for(['error-503', 'reset', 'html', 'truncated', 'never-answers', 'redirect'] as const)(
    'because of %s costs one call, and says nothing about the token',
    async (fault) => {
      await using twin = await startTwin({ faults: [fault] });
      const { report } = await visit(twin, { timeoutMs: 300 });
      expect(report).toMatchObject({
        calls: 1,
        isFit: false,
        saved: false,
        checks: { token: { verdict: 'unknown', isWrong: false }, list: { isWrong: true } },
      });
      expect(Object.values(report.checks).filter(({ seen }) => seen === 'not asked')).toHaveLength(8);
    },
  );

  test('twice on the way is not asked any more', async () => {
    await using twin = await startTwin();
    for (let call = 1; call < 4; call++) twin.faults.next('slow', { delayMs: 0 });
    twin.faults.next('error-502', {}, 2);
    const { report } = await visit(twin);
    expect(report).toMatchObject({
      calls: 5,
      checks: { list: { verdict: 'ok' }, emptyResult: { seen: 'not asked' } },
    });
  });
});

describe('the quota', () => {
  test('is shared with the gateway on the same store', async () => {
    await using twin = await startTwin();
    const { store } = await visit(twin);
    await using gateway = createGateway({ komet: { baseUrl: twin.url, token }, store });
    const response = await gateway(new Request('http://gateway/graphql?query={kometStatus{quota{used}}}'));
    expect(await response.json()).toEqual({ data: { kometStatus: { quota: { used: mostCalls } } } });
  });

  test('that is spent is not exceeded', async () => {
    await using twin = await startTwin();
    const store = createMemoryStore();
    expect((await visit(twin, { store, dailyQuota: 3 })).report).toMatchObject({
      calls: 3,
      quota: { used: 3 },
    });
    expect((await visit(twin, { store, dailyQuota: 3 })).report).toMatchObject({
      calls: 0,
      isFit: false,
      checks: { list: { isWrong: true, facts: { code: 'KOMET_QUOTA_EXHAUSTED' } } },
    });
  });
});

describe('--save', () => {
  const clientSide = (twin: Twin, test: (name: string) => boolean) =>
    twin.company.customers.flatMap(({ name, active }) => (active && test(name) ? [name] : [])).toSorted();

  test.for([
    ['contains', '"%fleurs"', (name: string) => name.toLowerCase().includes('fleurs')],
    ['prefix', '"fleur"', (name: string) => name.toLowerCase().startsWith('fleur')],
    ['caller-wildcards', '"fleur%"', (name: string) => name.toLowerCase().startsWith('fleur')],
  ] as const)(
    'lets a gateway answer name filters as an endpoint of LIKE %s does',
    async ([like, name, isFound]) => {
      await using twin = await startTwin({ behaviour: { like } });
      const visited = await visit(twin, { save: true });
      expect(visited.report).toMatchObject({ saved: true, isFit: true, inForce: true });
      const found = await answerOf(visited, `{name: ${name}}`);
      expect(found).toEqual(clientSide(twin, isFound));
      expect(found.length).toBeGreaterThan(0);
    },
  );

  test('that was not given leaves the gateway as it was', async () => {
    await using twin = await startTwin({ behaviour: { like: 'prefix' } });
    const visited = await visit(twin);
    expect(visited.report).toMatchObject({ saved: false, isFit: false, inForce: false });
    expect(await answerOf(visited, '{name: "leurs"}')).not.toEqual([]);
  });

  test('lets a gateway ask for inactive customers in the way that is understood', async () => {
    await using twin = await startTwin({ behaviour: { includeInactive: 'true' } });
    const missing = await answerOf({ twin, store: createMemoryStore() }, '{active: false}');
    expect(missing).toEqual([]);
    const visited = await visit(twin, { save: true });
    expect(visited.report).toMatchObject({ isFit: true, findings: { includeInactiveSpelling: 'true' } });
    const inactive = twin.company.customers.flatMap(({ name, active }) => (active ? [] : [name])).toSorted();
    expect(await answerOf(visited, '{active: false}')).toEqual(inactive);
    expect(twin.calls.at(-1)?.parameters).toEqual({ includeInactive: 'true' });
  });

  test('holds until it is found to be otherwise', async () => {
    await using twin = await startTwin({ behaviour: { like: 'prefix' } });
    const { store } = await visit(twin, { save: true });
    expect((await visit(twin, { store })).report).toMatchObject({ isFit: true, inForce: true });
    twin.behaviour = { ...twin.behaviour, like: 'contains' };
    const changed = (await visit(twin, { store })).report;
    expect(changed).toMatchObject({
      isFit: true,
      inForce: false,
      checks: { nameFilter: { verdict: 'differs' } },
    });
    expect((await visit(twin, { store, save: true })).report).toMatchObject({ inForce: true });
    expect(await answerOf({ twin, store }, '{name: "leurs"}')).not.toEqual([]);
  });

  test('saves nothing where nothing was learned', async () => {
    await using twin = await startTwin({ behaviour: { like: 'prefix' } });
    const { store } = await visit(twin, { save: true });
    twin.faults.turnOn('unauthorized');
    expect((await visit(twin, { store, save: true })).report).toMatchObject({
      saved: false,
      findings: { nameFiltersGoUpstream: true },
    });
  });

  test('seals what it saves; what is damaged is set aside and counts for nothing', async () => {
    await using folder = await createFolder();
    await using twin = await startTwin({ behaviour: { like: 'prefix' } });
    const store = await createFileStore(folder.path);
    await visit(twin, { store, save: true });
    const name = `${createTenantName(token, new URL(twin.url).href)}.findings`;
    const blob = Buffer.from((await store.read(name)) ?? []);
    expect(blob.length).toBeGreaterThan(0);
    expect(blob.toString('latin1')).not.toMatch(/nameFilters|secret/);
    await store.write(name, blob.fill(0, 20));
    expect(await answerOf({ twin, store }, '{name: "leurs"}')).not.toEqual([]);
    expect(await store.read(name)).toBeUndefined();
  });
});

describe('the command', () => {
  async function run(twin: Twin | undefined, args: readonly string[], env: Record<string, string> = {}) {
    await using folder = await createFolder();
    return runProgram(['doctor', ...args], {
      folder: folder.path,
      env: {
        STORE_URL: `file:${folder.path}`,
        KOMET_TOKEN: token,
        ...(twin && { KOMET_BASE_URL: twin.url }),
        ...env,
      },
    });
  }

  test('says what it will cost, and prints a line for each check and a conclusion', async () => {
    await using twin = await startTwin();
    const { code, output, errors } = await run(twin, ['--yes']);
    expect(code).toBe(0);
    expect(errors).toMatch(/^This makes at most 8 calls of http:\S+\/customer\.list, counted in \S+\.\n$/);
    const labels = [...output.matchAll(/^ {2}(?:ok|differs) +(.{15}) \S/gm)].map(([, label]) =>
      label?.trim(),
    );
    expect(labels).toEqual([
      ...['token', 'whole list', 'JSON types', 'fields', 'includeInactive', 'updateAsOf', 'name (LIKE)'],
      ...['nobody found', 'inactive by id', 'clocks'],
    ]);
    expect(output).toContain('The gateway fits this endpoint');
    expect(output).toContain('8 calls made; 992 of 1,000 left');
    expect(Math.max(...output.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(output + errors).not.toContain(token);
  });

  test('exits 1 and says what to do where the gateway would answer wrongly', async () => {
    await using twin = await startTwin({ behaviour: { like: 'prefix' } });
    const { code, output } = await run(twin, ['--yes']);
    expect(code).toBe(1);
    expect(output).toMatch(/^ {2}wrong {4}name \(LIKE\) {5}at the start of the name/m);
    expect(output.replace(/\s+/g, ' ')).toContain('Run komet-graphql doctor --save.');
  });

  test('exits 1 after one call where the token is refused', async () => {
    await using twin = await startTwin({ faults: ['echo-token'] });
    const { code, output, errors } = await run(twin, ['--yes']);
    expect(code).toBe(1);
    expect(output).toMatch(/^ {2}wrong {4}token +refused/m);
    expect(output).toMatch(/^ {2}unknown {2}not asked +whole list/m);
    expect(output + errors).not.toContain(token);
    expect(twin.calls).toHaveLength(1);
  });

  test('--json prints one object of stable keys', async () => {
    await using twin = await startTwin();
    const { code, output } = await run(twin, ['--yes', '--json']);
    const report = JSON.parse(output) as Report;
    expect(code).toBe(0);
    expect(Object.keys(report)).toEqual([
      ...['endpoint', 'calls', 'quota', 'checks', 'findings', 'inForce', 'saved', 'isFit'],
    ]);
    expect(Object.keys(report.checks)).toEqual([
      ...['token', 'list', 'wireTypes', 'fields', 'includeInactive', 'updateAsOf', 'nameFilter'],
      ...['emptyResult', 'inactiveById', 'clock'],
    ]);
    expect(report.endpoint).toBe(`${twin.url}/customer.list`);
  });

  test('asks nothing without a terminal or --yes', async () => {
    await using twin = await startTwin();
    const { code, errors, output } = await run(twin, []);
    expect({ code, output, calls: twin.calls }).toEqual({ code: 2, output: '', calls: [] });
    expect(errors).toContain('at most 8 calls');
    expect(errors).toContain('agree with --yes');
  });

  test('without KOMET_TOKEN says that it needs one', async () => {
    const { code, errors } = await run(undefined, ['--yes'], { KOMET_TOKEN: '' });
    expect(code).toBe(2);
    expect(errors).toContain('KOMET_TOKEN is not set');
  });

  test('does not save into memory', async () => {
    const { code, errors } = await run(undefined, ['--yes', '--save'], { STORE_URL: 'memory:' });
    expect(code).toBe(2);
    expect(errors).toContain('STORE_URL');
  });
});
