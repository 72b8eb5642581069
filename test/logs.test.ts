import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createGateway } from '../src/gateway.ts';
import { createJsonLogger } from '../src/observe/logger.ts';
import { createPrettyStream } from '../src/observe/pretty.ts';
import { startTwin } from '../src/twin/twin.ts';
import { subscribe, take } from './harness/events.ts';
import { startGateway } from './harness/gateway.ts';
import { ask } from './harness/in-process.ts';
import { createLog } from './harness/log.ts';
import { startProgram } from './harness/program.ts';

const named = 'query Florists($name: String) { customers(filter: { name: $name }) { name code } }';
const hash = createHash('sha256').update(named).digest('hex');

describe('the log', () => {
  test('has one line for a request: who, what, how long, from where, at what price', async () => {
    const log = createLog();
    await using gateway = await startGateway({
      twin: { customers: 5 },
      logger: log.logger,
      settings: { GATEWAY_API_KEYS: 'shop:0123456789abcdef' },
    });
    const headers = { authorization: 'Bearer 0123456789abcdef', 'x-request-id': 'from-the-shop:1' };
    await gateway.query(named, { name: 'abc' }, headers);
    await expect.poll(() => log.lines('request')).toHaveLength(1);
    expect(log.lines('request')).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        msg: 'request',
        requestId: 'from-the-shop:1',
        caller: 'shop',
        operation: 'Florists',
        type: 'query',
        hash,
        status: 200,
        durationMs: expect.any(Number),
        source: 'upstream',
        upstreamCalls: 1,
      },
    ]);
  });

  test('has what comes from memory at debug, with the same facts', async () => {
    const log = createLog('debug');
    await using gateway = await startGateway({ twin: { customers: 5 }, logger: log.logger });
    await gateway.query(named);
    await gateway.query(named);
    await gateway.query(named);
    await expect.poll(() => log.lines('request')).toHaveLength(3);
    const [, lane, again] = log.lines('request');
    for (const line of [lane, again]) {
      expect(line).toMatchObject({
        level: 'debug',
        operation: 'Florists',
        hash,
        source: 'snapshot',
        upstreamCalls: 0,
      });
      expect(line?.['durationMs']).toBeLessThan(1_000);
    }
  });

  test('at info keeps quiet about requests that went well and cost nothing', async () => {
    const log = createLog('info');
    await using gateway = await startGateway({ twin: { customers: 5 }, logger: log.logger });
    for (let count = 0; count < 5; count++) await gateway.query(named);
    await gateway.query('{ nonsense }');
    await expect.poll(() => log.lines('request').length).toBe(2);
    expect(log.lines().map(({ msg }) => msg)).toEqual(['customer list read', 'request', 'request']);
    expect(log.lines('request')[1]).toMatchObject({ codes: ['GRAPHQL_VALIDATION_FAILED'], level: 'info' });
  });

  test('warns of what Komet failed at, and tells each call at debug', async () => {
    const log = createLog('debug');
    await using twin = await startTwin({ customers: 5 });
    await using gateway = await startGateway({ twin, logger: log.logger });
    twin.faults.turnOn('error-500');
    await gateway.query(named);
    await expect.poll(() => log.lines('request')).toHaveLength(1);
    expect(log.lines('called Komet')).toMatchObject([
      { level: 'debug', method: 'customer.list', statusCode: 500, outcome: 'KOMET_UNAVAILABLE' },
    ]);
    expect(log.lines('the customer list could not be read')).toMatchObject([
      { level: 'warn', code: 'KOMET_UNAVAILABLE', why: 'Komet answered HTTP 500' },
    ]);
    expect(log.lines('request')).toMatchObject([
      { level: 'warn', codes: ['KOMET_UNAVAILABLE'], operation: 'Florists' },
    ]);
  });

  test('has the hash of a document that cannot be read', async () => {
    const log = createLog('info');
    await using gateway = await startGateway({ logger: log.logger });
    await gateway.query('{ customers(');
    await expect.poll(() => log.lines('request')).toHaveLength(1);
    const broken = createHash('sha256').update('{ customers(').digest('hex');
    expect(log.lines('request')).toMatchObject([{ codes: ['GRAPHQL_PARSE_FAILED'], hash: broken }]);
  });

  test('says who was turned away and why, by code', async () => {
    const log = createLog('info');
    await using gateway = await startGateway({
      logger: log.logger,
      settings: { GATEWAY_API_KEYS: 'shop:0123456789abcdef' },
    });
    await gateway.query(named, {}, { authorization: 'Bearer a-wrong-key-of-theirs' });
    expect(log.lines('request')).toMatchObject([{ status: 401, codes: ['UNAUTHENTICATED'] }]);
    expect(log.text).not.toContain('a-wrong-key');
  });

  test('has nothing of variables, literals, rows and names of customers at trace level', async () => {
    const log = createLog('trace');
    await using gateway = await startGateway({ twin: { customers: 5 }, logger: log.logger });
    await gateway.query(named, { name: 'ABC Wholesale' });
    await gateway.query('{ customers(filter: { name: "DEF Retailer" }) { name } }');
    await gateway.query('{ customers(filter: { locationId: "4711-zinnia" }) { name } }');
    await gateway.query('query ($ids: [ID!]!) { customersById(ids: $ids) { name } }', { ids: 'zinnia' });
    await gateway.query('query ($ids: [ID!]!) { customersById(ids: $ids) { name } }', {
      ids: [{ zinnia: 1 }],
    });
    await expect.poll(() => log.lines('request').length).toBe(5);
    expect(log.text).not.toMatch(/Wholesale|Retailer|zinnia|test-token/i);
  });

  test('does not grow with a flood of refusals, and says how much it left out', async () => {
    const log = createLog('info');
    await using gateway = await startGateway({ logger: log.logger });
    const refuse = () => gateway.query('{ nonsense }');
    let sent = 0;
    await expect
      .poll(
        async () => {
          await Promise.all(Array.from({ length: 60 }, refuse));
          sent += 60;
          return log.lines('lines about requests were left out').length;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    const [first] = log.lines('lines about requests were left out');
    expect(first?.level).toBe('warn');
    expect(first?.['omitted']).toBeGreaterThan(0);
    expect(log.lines('request').length).toBeLessThan(sent);
  });

  test('tells when a subscription ends, however long it was open', async () => {
    const log = createLog('debug');
    await using gateway = await startGateway({ twin: { customers: 5 }, logger: log.logger });
    await gateway.query(named);
    const events = await subscribe(gateway.url, 'subscription Changes { customerChanged { kind } }');
    gateway.twin.company.update('23423', { name: 'Renamed' });
    await gateway.query('{ customers { id } }', {}, { 'cache-control': 'no-cache' });
    await take(events, 1);
    events.close();
    await expect.poll(() => log.lines('subscription ended')).toHaveLength(1);
    expect(log.lines('subscription ended')).toMatchObject([
      { level: 'debug', operation: 'Changes', type: 'subscription', status: 200 },
    ]);
  });

  test('says of an unexpected error where it was, under the reference that the caller has', async () => {
    const log = createLog('info');
    await using twin = await startTwin({ customers: 5 });
    await using gateway = createGateway({
      komet: { token: 'test-token', baseUrl: twin.url },
      logger: log.logger,
      store: {
        read: () => Promise.reject(new RangeError('the disk is gone')),
      } as never,
    });
    const { errors, headers } = await ask(gateway, '{ customers { id } }');
    const reference = errors?.[0]?.extensions['reference'];
    const requestId = headers.get('x-request-id');
    expect(log.lines('unexpected error')).toMatchObject([{ level: 'error', reference }]);
    expect(log.lines('request')).toMatchObject([{ level: 'error', references: [reference], requestId }]);
  });
});

describe('a request id', () => {
  test('comes back as it was sent, from memory, from the engine and from whoever refuses', async () => {
    await using gateway = await startGateway({ twin: { customers: 5 } });
    const headers = { 'x-request-id': 'a.b:c-D_1' };
    const replies = [
      await gateway.query(named, {}, headers),
      await gateway.query(named, {}, headers),
      await gateway.query('{ nonsense }', {}, headers),
      await gateway.query(named, {}, { ...headers, 'content-type': 'text/plain' }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 415]);
    for (const reply of replies) expect(reply.headers.get('x-request-id')).toBe('a.b:c-D_1');
  });

  test.for(['', 'with blanks', '{"a":1}', 'x'.repeat(129), 'ümlaut'])(
    'that could not stand in a log as it is (%j) is replaced',
    async (id) => {
      await using gateway = await startGateway({ twin: { customers: 5 } });
      const { headers } = await gateway.query(named, {}, { 'x-request-id': id });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{10}-[0-9a-z]+$/);
    },
  );

  test('of our own is given to one request only', async () => {
    await using one = await startGateway({ twin: { customers: 5 } });
    await using other = await startGateway({ twin: { customers: 5 } });
    const ids = new Set<string | null>();
    for (let count = 0; count < 10; count++) {
      for (const gateway of [one, other]) ids.add((await gateway.query(named)).headers.get('x-request-id'));
    }
    expect(ids.size).toBe(20);
  });

  test('is there for those who mount the gateway as a Fetch handler', async () => {
    await using twin = await startTwin({ customers: 5 });
    await using gateway = createGateway({ komet: { token: 'any', baseUrl: twin.url } });
    const { headers } = await ask(gateway, named, {}, { 'x-request-id': 'mounted' });
    expect(headers.get('x-request-id')).toBe('mounted');
  });
});

describe('what the program prints', () => {
  test('is for a person to read in a terminal', async () => {
    const terminal = new PassThrough({ encoding: 'utf8' });
    const logger = createJsonLogger('info', createPrettyStream(terminal));
    logger.info({ requestId: 'a-1', operation: 'Florists', hash, codes: ['A', 'B'] }, 'request');
    logger.warn({ why: 'Komet answered HTTP 500' }, 'no list');
    logger.error({ err: new RangeError('too far') }, 'unexpected error');
    expect(terminal.read()).toMatch(
      new RegExp(
        [
          '^\\d\\d:\\d\\d:\\d\\d info  request requestId=a-1 operation=Florists codes=A,B',
          '\\S+ warn  no list why="Komet answered HTTP 500"',
          '\\S+ error unexpected error',
          'RangeError: too far',
          '    at .*logs.test.ts',
        ].join('\n'),
      ),
    );
  });

  test('is JSON, line by line, where nobody reads along', async () => {
    await using program = startProgram(['start', '--port', '0'], { env: { LOG_LEVEL: 'debug' } });
    const url = await program.printed(/(http:\/\/\S+\/graphql)/);
    await fetch(`${url}?query={customers{id}}`);
    await program.printed(/"msg":"request"/);
    program.send('SIGTERM');
    expect(await program.ended).toBe(0);
    const lines = program.output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; level: string; time: string });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'listening',
      'called Komet',
      'customer list read',
      'request',
      'finishing what is under way; another signal ends it at once',
    ]);
    for (const { level, time } of lines) expect(`${level} ${time}`).toMatch(/^(info|debug) \d{4}-.*Z$/);
  });

  test('begins with where it listens at every level', async () => {
    await using program = startProgram(['start', '--port', '0'], { env: { LOG_LEVEL: 'silent' } });
    expect(await program.printed(/(http:\/\/\S+\/graphql)/)).toMatch(/^http:\/\/localhost:\d+\/graphql$/);
  });
});
