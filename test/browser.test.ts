import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser, type TestBrowser } from './harness/browser.ts';
import { startGateway } from './harness/gateway.ts';

const pictures = join(import.meta.dirname, 'output');

describe('GraphiQL', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    browser = await startBrowser();
  });
  afterAll(() => browser[Symbol.asyncDispose]());

  test('opens with an example that runs, explains every field, and loads nothing from elsewhere', async () => {
    await using gateway = await startGateway();
    const { page, requests, complaints } = await browser.open();
    await page.goto(gateway.url);
    expect(await page.title()).toBe('komet-graphql');

    const editor = page.locator('.graphiql-query-editor');
    const result = page.locator('.result-window');
    await editor.getByText('query Welcome').waitFor();
    // Beyond the end of the first line, where no word is highlighted.
    await editor
      .locator('.view-line')
      .first()
      .click({ position: { x: 440, y: 8 } });
    await page.keyboard.press('Control+Enter');
    await result.getByText('"100% Roses"').waitFor();
    await result.getByText('"totalCount"').waitFor();
    expect(await result.innerText()).not.toContain('errors');
    expect(gateway.twin.calls).toHaveLength(1);
    await coloured(editor, 'limit').nth(1).waitFor();
    await coloured(result, '"Wholesaler"').nth(1).waitFor();
    await page.screenshot({ path: join(pictures, 'graphiql.png') });

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByText('Query', { exact: true }).click();
    await docs.getByText('The customer with this Komet id').waitFor();
    await docs.getByText('CustomerFilter', { exact: true }).first().click();
    await docs.getByText('Exactly this code, whatever its case.').waitFor();
    await page.screenshot({ path: join(pictures, 'graphiql-docs.png') });

    const here = new URL(gateway.url).origin;
    const elsewhere = requests.filter((address) => !isOf(here, address));
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('completes what is typed, from workers that came with the page', async () => {
    await using gateway = await startGateway();
    const { page, complaints } = await browser.open();
    await page.goto(`${gateway.url}?query=${encodeURIComponent('{ customers { sal } }')}`);
    await page.locator('.graphiql-query-editor').getByText('sal').click();
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget').getByText('salesPersonId').waitFor();
    expect(page.workers().map((worker) => new URL(worker.url()).protocol)).toContain('blob:');
    expect(complaints).toEqual([]);
  });
});

/** Monaco shows text at once and gives it its colours a little later. */
function coloured(pane: Locator, word: string): Locator {
  return pane.locator('.view-line [class^=mtk]:not(.mtk1)', { hasText: word });
}

/** What lies in the page itself (`data:`) or was made by it (`blob:` and its origin) counts as of its host. */
function isOf(origin: string, address: string): boolean {
  return address.startsWith('data:') || new URL(address).origin === origin;
}
