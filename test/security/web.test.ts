import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser, type TestBrowser } from '../harness/browser.ts';
import { post, startGateway, type TestGateway } from '../harness/gateway.ts';
import { listen } from '../harness/listening.ts';
import { sendRaw } from './raw.ts';

const names = '{ customers { name } }';
const shop = 'https://shop.example';

type Page = Record<string, string>;

/** What a browser adds to requests of a page of another site. */
const foreign: Page = {
  origin: 'https://evil.example',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'cors',
};

const get = (url: string, headers: Page, query = names) =>
  fetch(`${url}?query=${encodeURIComponent(query)}`, { headers: { accept: 'application/json', ...headers } });

/** A page's request as it reaches the gateway, whatever fetch would make of its host. */
const getAs = (url: string, host: string, path = '/graphql?query=%7Bcustomers%7Bname%7D%7D') =>
  sendRaw(
    url,
    `GET ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\nconnection: close\r\n\r\n`,
  );

describe('a page of another site', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ settings: { GATEWAY_CORS_ORIGINS: shop }, twin: { customers: 2 } });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  test.for<[string, Page]>([
    ['a script', foreign],
    ['a picture', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
    ['a sandboxed frame', { ...foreign, origin: 'null' }],
    ['another subdomain', { origin: 'http://other.localhost', 'sec-fetch-site': 'same-site' }],
    ['an origin that begins as a listed one', { ...foreign, origin: `${shop}.evil.example` }],
    ['a listed origin in the clear', { ...foreign, origin: 'http://shop.example' }],
    ['a listed origin at another port', { ...foreign, origin: `${shop}:8443` }],
    ['an old browser', { origin: 'https://evil.example' }],
    ['an old browser in a sandboxed frame', { origin: 'null' }],
  ])('cannot make the gateway work by %s, by GET or POST', async ([, headers]) => {
    const calls = gateway.twin.calls.length;
    const byGet = await get(gateway.url, headers);
    const byPost = await post(gateway.url, { query: names }, headers);
    for (const answer of [byGet, byPost]) {
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
    expect(byPost.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect(gateway.twin.calls).toHaveLength(calls);
  });

  test.for(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', ''])(
    'cannot send what needs no permission: %j',
    async (type) => {
      const calls = gateway.twin.calls.length;
      for (const headers of [foreign, { ...foreign, origin: shop }, {}]) {
        const response = await fetch(gateway.url, {
          method: 'POST',
          headers: { ...headers, 'content-type': type },
          body: `{"query":${JSON.stringify(names)}}`,
        });
        expect([403, 415]).toContain(response.status);
      }
      expect(gateway.twin.calls).toHaveLength(calls);
    },
  );

  test('gets no permission, unless its origin is listed; and never with credentials', async () => {
    const ask = (origin: string) =>
      fetch(gateway.url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,authorization',
        },
      });
    const refused = await ask('https://evil.example');
    expect(refused.status).toBe(403);
    expect([...refused.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const granted = await ask(shop);
    expect(granted.status).toBe(204);
    expect(granted.headers.get('access-control-allow-origin')).toBe(shop);
    expect(granted.headers.get('access-control-allow-credentials')).toBeNull();
    expect(granted.headers.get('vary')).toContain('origin');
  });

  test('may call from a listed origin, and reads its answers and errors', async () => {
    for (const query of [names, '{ nonsense }', '{']) {
      const { headers } = await post(gateway.url, { query }, { ...foreign, origin: shop });
      expect(headers.get('access-control-allow-origin')).toBe(shop);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toContain('origin');
    }
  });
});

describe('a page whose name was made to lead to this machine', () => {
  test.for([
    'evil.example:4000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
  ])('reads nothing as %s', async (host) => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { text, statuses } = await getAs(gateway.url, host);
    expect(statuses).toEqual([403]);
    expect(text).not.toContain('ABC Wholesale');
    expect(gateway.twin.calls).toEqual([]);
  });

  test.for(['localhost', 'LOCALHOST:4000', '127.0.0.1:1', '[::1]:4000', 'shop.localhost'])(
    'is not meant by %s',
    async (host) => {
      await using gateway = await startGateway({ twin: { customers: 2 } });
      expect((await getAs(gateway.url, host)).text).toContain('ABC Wholesale');
    },
  );

  test.for<Record<string, string>>([
    { GATEWAY_ALLOW_ANONYMOUS: 'on' },
    { GATEWAY_TRUSTED_PROXIES: '1' },
    { KOMET_TOKEN: '', KOMET_TOKEN_FROM: 'client' },
    { GATEWAY_API_KEYS: '0123456789abcdef' },
  ])('is of no use where callers are known or all are meant: %o', async (settings) => {
    await using gateway = await startGateway({ settings, twin: { customers: 2 } });
    const { statuses } = await getAs(gateway.url, 'customers.example');
    expect(statuses).toEqual([settings['KOMET_TOKEN_FROM'] || settings['GATEWAY_API_KEYS'] ? 401 : 200]);
  });
});

describe('the page of GraphiQL', () => {
  test('may load nothing from anywhere, be in no frame and tell nobody where it is', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const page = await fetch(gateway.url, { headers: { accept: 'text/html' } });
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    for (const directive of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "connect-src 'self'",
    ]) {
      expect(policy.split('; ')).toContain(directive);
    }
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(page.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    await page.arrayBuffer();
  });

  test('is not made of what is in its address', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const script = '</script><script>alert(1)</script>';
    const page = await fetch(`${gateway.url}?query=${encodeURIComponent(script)}`, {
      headers: { accept: 'text/html' },
    });
    expect(await page.text()).not.toContain('alert(1)');
  });
});

describe('answers', () => {
  test('are kept by nobody and are what they say, whatever the answer is', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { origin } = new URL(gateway.url);
    const responses = await Promise.all([
      get(gateway.url, {}),
      get(gateway.url, {}, '{ nonsense }'),
      get(gateway.url, { 'x-komet-explain': '1' }),
      get(gateway.url, { accept: 'application/graphql-response+json' }, '{'),
      get(gateway.url, foreign),
      fetch(gateway.url, { method: 'POST', body: 'x' }),
      fetch(gateway.url, { method: 'PUT' }),
      fetch(`${origin}/health/live`),
      fetch(`${origin}/nothing`),
    ]);
    for (const { headers, body } of responses) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
      await body?.cancel();
    }
  });

  test('of Komet that may be kept by all, or bring cookies, are neither here', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    gateway.twin.faults.turnOn('set-cookie');
    const { data, headers } = await gateway.query(names);
    expect(data.customers).toHaveLength(2);
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('in a real browser', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser[Symbol.asyncDispose]());

  /** Tries all that a page can do to another site, and says what it got to read. */
  const attackOf = async (target: string) => {
    const got: string[] = [];
    const look = async (what: string, request: Promise<Response>) => {
      try {
        const text = await (await request).text();
        if (text !== '') got.push(`${what}: ${text.slice(0, 100)}`);
      } catch {
        // Nothing to read.
      }
    };
    const query = '{ customers { name } }';
    const json = JSON.stringify({ query });
    const byGet = `${target}?query=${encodeURIComponent(query)}`;
    const form = new FormData();
    form.set('operations', json);
    await look('GET', fetch(byGet));
    await look('GET without CORS', fetch(byGet, { mode: 'no-cors' }));
    await look(
      'POST',
      fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body: json }),
    );
    await look('POST of a text', fetch(target, { method: 'POST', mode: 'no-cors', body: json }));
    await look(
      'POST of a form',
      fetch(target, { method: 'POST', mode: 'no-cors', body: new URLSearchParams({ query }) }),
    );
    await look('POST of parts', fetch(target, { method: 'POST', mode: 'no-cors', body: form }));
    navigator.sendBeacon(target, new Blob([json], { type: 'text/plain' }));
    await new Promise((resolve) => {
      const source = new EventSource(
        `${target}?query=${encodeURIComponent('subscription{customerChanged{kind}}')}`,
      );
      source.onopen = () => got.push('events');
      source.onerror = resolve;
    });
    await new Promise((resolve) => {
      const picture = new Image();
      picture.onload = picture.onerror = resolve;
      picture.src = byGet;
    });
    await new Promise((resolve) => {
      const script = document.createElement('script');
      script.onload = script.onerror = resolve;
      script.src = byGet;
      document.head.append(script);
    });
    return got;
  };

  test('a page of another site reads nothing and makes the gateway ask nothing of Komet', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    await using site = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>evil</title>');
    });
    const { page } = await browser.open();
    await page.goto(site.url.replace('127.0.0.1', 'localhost'));
    expect(await page.evaluate(attackOf, gateway.url)).toEqual([]);
    expect(gateway.twin.calls).toEqual([]);
    await page.context().close();
  });

  test('a page of a listed origin works, by POST and by GET', async () => {
    await using site = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>shop</title>');
    });
    const { origin } = new URL(site.url);
    await using gateway = await startGateway({
      settings: { GATEWAY_CORS_ORIGINS: origin },
      twin: { customers: 2 },
    });
    const { page } = await browser.open();
    await page.goto(site.url);
    const got = await page.evaluate(async (target) => {
      const body = JSON.stringify({ query: '{ customers { name } }' });
      const headers = { 'content-type': 'application/json' };
      const byPost = await (await fetch(target, { method: 'POST', headers, body })).json();
      const byGet = await (await fetch(`${target}?query=%7Bcustomers%7Bname%7D%7D`)).json();
      return [byPost, byGet];
    }, gateway.url);
    expect(got).toMatchObject([{ data: { customers: [{}, {}] } }, { data: { customers: [{}, {}] } }]);
    await page.context().close();
  });
});
