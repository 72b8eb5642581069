import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwin, type Twin } from '../../src/twin/twin.ts';
import { startBrowser, type TestBrowser } from './browser.ts';
import { type BuiltExample, buildExample } from './customer-browser.ts';
import { createClock, post, startGateway, type TestGateway } from './gateway.ts';
import { startProgram } from './program.ts';

const root = join(import.meta.dirname, '..', '..');
/** `npm run pictures` takes those of the README from there. */
const pictures = join(root, 'test', 'output');

/** What is true of both customer browsers in `examples/`, whichever client they use. */
export function testCustomerBrowser(name: 'apollo' | 'urql'): void {
  describe(`the ${name} example`, () => {
    let example: BuiltExample;
    let browser: TestBrowser;
    beforeAll(async () => {
      await mkdir(pictures, { recursive: true });
      [example, browser] = await Promise.all([buildExample(name), startBrowser()]);
    });
    afterAll(async () => {
      await browser?.[Symbol.asyncDispose]();
      await example?.[Symbol.asyncDispose]();
    });

    /** The page in a browser of its own, before a gateway and a twin of its own. */
    async function open(
      options: {
        path?: string;
        twin?: Twin;
        context?: BrowserContextOptions;
        settings?: Record<string, string>;
      } = {},
    ) {
      const gateway = await startLiveGateway(options.twin, options.settings);
      const served = await example.serve(gateway.url);
      const watched = await browser.open(options.context);
      const operations = watchOperations(watched.page);
      await watched.page.goto(`${served.url}${options.path ?? '/'}`);
      return {
        ...watched,
        operations,
        gateway,
        twin: gateway.twin,
        url: served.url,
        rows: watched.page.getByRole('row').filter({ has: watched.page.getByRole('cell') }),
        total: watched.page.getByRole('status').filter({ hasText: / customers?$/ }),
        async [Symbol.asyncDispose]() {
          await watched.page.context().close();
          await served[Symbol.asyncDispose]();
          await gateway[Symbol.asyncDispose]();
        },
      };
    }

    test('searches, sorts, filters and pages, with all of it in the address', async () => {
      await using app = await open();
      const { page, rows, total } = app;
      await rows.nth(24).waitFor();
      expect(await rows.count()).toBe(25);
      await total.getByText('459 customers').waitFor();

      await page.keyboard.press('/');
      await page.keyboard.type('QUÉBEC');
      await total.getByText(/^1?\d customers$/).waitFor();
      for (const text of await rows.allInnerTexts()) expect(text).toMatch(/qu[ée]bec/i);
      expect(new URL(page.url()).searchParams.get('search')).toBe('QUÉBEC');
      await page.getByLabel('Search customers by name').fill('');
      await total.getByText('459 customers').waitFor();

      const byCode = page.getByRole('columnheader', { name: 'Code' });
      await byCode.getByRole('button').click();
      await eventually(() => byCode.getAttribute('aria-sort')).toBe('ascending');
      await eventually(() => rows.first().innerText()).toContain('花の店 Hana');
      await byCode.getByRole('button').press('Enter');
      await eventually(() => byCode.getAttribute('aria-sort')).toBe('descending');
      await eventually(() => rows.first().innerText()).toMatch(/\bZINN/i);
      expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBeNull();

      const more = page.getByRole('button', { name: 'Show 25 more' });
      await more.click();
      await rows.nth(49).waitFor();
      await page.getByText('50 of 459 shown').waitFor();
      expect(
        new Set(
          await rows
            .getByRole('link')
            .evaluateAll((links) => links.map((link) => link.getAttribute('data-customer'))),
        ).size,
      ).toBe(50);

      const retailers = page.getByRole('button', { name: /^Retailer/ });
      const expected = Number(/\d+/.exec(await retailers.innerText())?.[0]);
      await retailers.click();
      await total.getByText(`${expected} customers`).waitFor();
      expect(await retailers.getAttribute('aria-pressed')).toBe('true');
      // The other values can still be chosen instead.
      await page.getByRole('button', { name: /^Wholesaler \d+/ }).waitFor();
      await page.getByRole('button', { name: /^Ana Ruiz/ }).click();
      await page.getByRole('button', { name: /^Inactive/ }).click();
      await eventually(() => new URL(page.url()).search).toBe(
        '?show=inactive&type=Retailer&sales-person=Ana+Ruiz&sort=code-desc',
      );
      await eventually(async () =>
        (await rows.allInnerTexts()).every((text) => /inactive[\s\S]*Retailer[\s\S]*Ana Ruiz/.test(text)),
      ).toBe(true);

      await page.reload();
      await rows.first().waitFor();
      expect(await page.getByRole('button', { name: /^Inactive/ }).getAttribute('aria-pressed')).toBe('true');
      await page.goBack();
      await page.getByRole('button', { name: /^Active/, pressed: true }).waitFor();

      await page.getByLabel('Search customers by name').fill('nobody has this name');
      await page.getByText('No customer matches').waitFor();
      await page.screenshot({ path: join(pictures, `${name}-empty.png`) });
      await page.getByRole('button', { name: 'Show all customers' }).click();
      await total.getByText('459 customers').waitFor();
      expect(app.complaints).toEqual([]);
      expectLoopbackOnly(app.requests);
    });

    test('opens a customer by keyboard without asking for it again, and comes back to the same place', async () => {
      await using app = await open();
      const { page, rows, operations } = app;
      await page.getByRole('button', { name: 'Show 25 more' }).click();
      await rows.nth(49).waitFor();
      const row = rows.nth(31);
      const link = row.getByRole('link');
      const title = (await link.innerText()).trim();
      const [, code] = await row.getByRole('cell').allInnerTexts();
      await link.focus();
      const before = operations.length;
      await page.keyboard.press('Enter');

      const heading = page.getByRole('heading', { name: title });
      await heading.waitFor();
      expect(new URL(page.url()).pathname).toBe(`/customers/${code}`);
      expect(await page.title()).toBe(`${title} · Customers`);
      await eventually(() => heading.evaluate((element) => element === document.activeElement)).toBe(true);
      await page.getByText('Accounting code').waitFor();
      await page.waitForTimeout(400);
      expect(operations.slice(before).filter((operation) => operation !== 'ShowFreshness')).toEqual([]);

      await page.getByRole('link', { name: 'All customers' }).press('Enter');
      await rows.nth(24).waitFor();
      await page.goBack();
      await heading.waitFor();
      await page.goBack();
      await rows.nth(49).waitFor();
      expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);

      await page.goto(`${app.url}/customers/${code?.toLowerCase()}`);
      await heading.waitFor();
      await page.goto(`${app.url}/customers/NOBODY`);
      await page.getByText('Nobody has the code NOBODY.').waitFor();
      await page.goto(`${app.url}/customers/shared`);
      await page.getByRole('alert').getByText('BAD_USER_INPUT').waitFor();
      const codeless = app.twin.company.customers.find(
        (customer) => customer.code === null && customer.active,
      );
      await page.goto(`${app.url}/customers/id/${codeless?.id}`);
      await page.getByRole('heading', { name: codeless?.name }).waitFor();
      expect(app.complaints).toEqual([]);
      expectLoopbackOnly(app.requests);
    });

    test('shows what changes in Komet as it happens', async () => {
      await using app = await open();
      const { page, rows, total, twin } = app;
      await page.getByText('Live', { exact: true }).waitFor();
      await rows.nth(24).waitFor();
      await page.getByRole('button', { name: 'Show 25 more' }).click();
      await rows.nth(49).waitFor();

      twin.company.update('23423', { salesPerson: 'Rosa Centifolia' });
      const changed = rows.filter({ hasText: 'ABC Wholesale' });
      await changed.getByRole('cell', { name: 'Rosa Centifolia', exact: true }).waitFor();
      await changed.getByText('changed', { exact: true }).waitFor();

      const added = twin.company.add({ name: 'Aaron’s Rod', code: 'AARON', customerType: 'Retailer' });
      await rows.filter({ hasText: 'Aaron’s Rod' }).getByText('new').waitFor();
      await total.getByText('460 customers').waitFor();
      expect(await rows.count()).toBe(50);
      await page
        .getByRole('region', { name: 'Latest changes' })
        .getByRole('link', { name: 'Aaron’s Rod' })
        .click();
      await page.getByRole('heading', { name: 'Aaron’s Rod' }).waitFor();
      twin.company.update(added.id, { name: 'Aaron’s Golden Rod' });
      await page.getByRole('heading', { name: 'Aaron’s Golden Rod' }).waitFor();
      await page.getByText('changed just now').waitFor();
      twin.company.deactivate(added.id);
      await page.getByText('Inactive', { exact: true }).waitFor();

      await page.goBack();
      await total.getByText('459 customers').waitFor();
      expect(await rows.filter({ hasText: 'Aaron' }).count()).toBe(0);
      await changed.getByText('changed', { exact: true }).waitFor({ state: 'detached' });
      expect(await rows.count()).toBe(50);
      expect(app.complaints).toEqual([]);
    });

    test('names what is wrong with Komet, keeps what it has, and recovers by itself', async () => {
      await using twin = await startTwin({ quota: 100_000 });
      twin.faults.turnOn('error-503');
      await using app = await open({ twin });
      const { page, rows } = app;
      await page.getByRole('alert').getByRole('heading', { name: 'Komet Sales cannot be reached' }).waitFor();
      await page.getByRole('alert').getByText('KOMET_UNAVAILABLE').waitFor();
      await page.screenshot({ path: join(pictures, `${name}-failure.png`) });
      twin.faults.turnOff();
      const again = page.getByRole('button', { name: 'Try again' });
      // The gateway leaves Komet alone for a second after a failure.
      await eventually(() =>
        again.click({ timeout: 100 }).then(
          () => rows.count(),
          () => rows.count(),
        ),
      ).toBe(25);

      twin.faults.turnOn('not-json');
      const banner = page.getByRole('status').filter({ hasText: 'Komet Sales sent something unreadable' });
      await soonAsked(page, banner.getByText(/You see customers as of/).waitFor());
      await page.getByText('Out of date').waitFor();
      expect(await rows.count()).toBe(25);
      await page.screenshot({ path: join(pictures, `${name}-stale.png`) });
      twin.faults.turnOff();
      await soonAsked(page, banner.waitFor({ state: 'detached' }));
      await page.getByText('Live', { exact: true }).waitFor();
    });

    test('keeps what it has while the gateway is away', async () => {
      await using twin = await startTwin({ quota: 100_000 });
      const first = await startLiveGateway(twin);
      await using served = await example.serve(first.url);
      const { page } = await browser.open();
      await page.goto(served.url);
      const rows = page.getByRole('row').filter({ has: page.getByRole('cell') });
      await page.getByText('Live', { exact: true }).waitFor();
      await rows.nth(24).waitFor();

      await first[Symbol.asyncDispose]();
      await page.getByRole('status').getByText('The gateway does not answer.').waitFor();
      expect(await rows.count()).toBe(25);
      await page.getByLabel('Search customers by name').fill('rose');
      await page.getByRole('alert').getByRole('heading', { name: 'The gateway does not answer' }).waitFor();

      twin.company.update('23423', { name: 'ABC Roses' });
      await using _second = await startLiveGateway(twin, { PORT: new URL(first.url).port });
      await rows.filter({ hasText: 'ABC Roses' }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await page.context().close();
    });

    test('starts with one command, with changes to see, and ends cleanly', async () => {
      const command = [process.execPath, join(root, 'examples', name, 'start.ts')] as const;
      await using program = startProgram(['--port', '0'], { command });
      const url = await program.printed(/(http:\/\/localhost:\d+)\//);
      expect(await (await fetch(url)).text()).toContain('<title>Customers</title>');
      const reply = await post(`${url}/graphql`, { query: '{ customers(limit: 1) { name } }' });
      expect(reply).toMatchObject({ status: 200, data: { customers: [{}] } });
      program.send('SIGINT');
      program.send('SIGINT');
      expect(await program.ended).toBe(0);
      expect(program.output).toContain('Somebody edits');
      expect(program.errors).toBe('');
    });

    test('is pleasant to look at, day and night, wide and narrow', async () => {
      // At the day's end the whole quota may be spent in seconds, so that changes show at once.
      const night = createClock(Date.parse('2026-03-10T23:58:00Z') - Date.now());
      await using twin = await startTwin({ now: () => night.now() + Date.now() });
      await using gateway = await startGateway({
        twin,
        now: () => night.now() + Date.now(),
        settings: { KOMET_MAX_STALENESS: '200ms' },
      });
      await using served = await example.serve(gateway.url);
      const people = ['Ana Ruiz', 'Wei Zhang', 'Priya Raman', 'Marcus Bell'];
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, complaints } = await browser.open({ colorScheme });
        const picture = async (of: string) => {
          await page.screenshot({ path: join(pictures, `${name}-${of}-${colorScheme}.png`) });
        };
        await page.goto(served.url);
        await page.getByText('Live', { exact: true }).waitFor();
        await page.getByText('50% Off Flower Outlet').waitFor();
        twin.company.update('23423', { salesPerson: people.shift() });
        await page.getByText('changed', { exact: true }).waitFor();
        await page.waitForTimeout(600);
        await picture('list');
        if (colorScheme === 'light') {
          const picture = await page.screenshot({ path: join(pictures, `${name}.png`) });
          expect(picture.length).toBeLessThan(300_000);
        }
        expect(await widthBeyond(page)).toBe(0);
        await page.getByRole('link', { name: 'ABC Wholesale' }).first().click();
        await page.getByRole('heading', { name: 'ABC Wholesale' }).waitFor();
        twin.company.update('23423', { salesPerson: people.shift() });
        await page.getByText('changed just now').waitFor();
        await picture('customer');
        expect(complaints).toEqual([]);
        await page.context().close();
      }
      const { page } = await browser.open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
      await page.goto(served.url);
      await page.getByText('ABC Wholesale').waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await page.screenshot({ path: join(pictures, `${name}-phone.png`) });
      expect(await widthBeyond(page)).toBe(0);
      await page.getByText('Customer type', { exact: true }).click();
      await page.getByRole('button', { name: /^Retailer/ }).click();
      await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Name ↓');
      await eventually(() => new URL(page.url()).search).toBe('?type=Retailer&sort=name-desc');
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(pictures, `${name}-filters-phone.png`) });
      await page
        .getByRole('link', { name: /^Zinnia/ })
        .first()
        .click();
      await page.getByRole('heading', { name: /^Zinnia/ }).waitFor();
      await page.screenshot({ path: join(pictures, `${name}-customer-phone.png`) });
      expect(await widthBeyond(page)).toBe(0);
      await page.context().close();
    });
  });
}

/** Komet is asked as often as a test needs. */
function startLiveGateway(twin?: Twin, settings?: Record<string, string>): Promise<TestGateway> {
  return startGateway({
    twin: twin ?? { quota: 100_000 },
    settings: { KOMET_MAX_STALENESS: '200ms', KOMET_DAILY_QUOTA: '100000', ...settings },
  });
}

function eventually<Value>(read: () => Value | Promise<Value>) {
  return expect.poll(read, { timeout: 10_000 });
}

/** Names of the operations that a page sends, by GET or POST. */
function watchOperations(page: Page): readonly string[] {
  const names: string[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname !== '/graphql') return;
    const body = request.postDataJSON() as { operationName?: string; query?: string } | null;
    const query = body?.query ?? searchParams.get('query') ?? '';
    names.push(
      body?.operationName ?? searchParams.get('operationName') ?? /\w+ (\w+)/.exec(query)?.[1] ?? '',
    );
  });
  return names;
}

function expectLoopbackOnly(addresses: readonly string[]): void {
  const hosts = addresses
    .filter((address) => !address.startsWith('data:'))
    .map((address) => new URL(address).hostname);
  expect([...new Set(hosts)]).toEqual(['127.0.0.1']);
}

/** Looks at the page again and again, so that it asks for its freshness sooner than every five seconds. */
async function soonAsked(page: Page, wanted: Promise<unknown>): Promise<void> {
  const timer = setInterval(() => {
    void page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  }, 250);
  await wanted.finally(() => clearInterval(timer));
}

/** By how many pixels a page is wider than its window. */
function widthBeyond(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
