import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startTwin } from '../src/twin/twin.ts';
import { type CollectedSpan, startCollector } from './harness/collector.ts';
import { subscribe, take } from './harness/events.ts';
import { post } from './harness/gateway.ts';
import { runProgram, startProgram } from './harness/program.ts';

const named = 'query Florists($name: String) { customers(filter: { name: $name }) { name } }';

/** The program with traces on, before a twin and beside a collector of its own. */
async function startTraced(env: Record<string, string> = {}) {
  const collector = await startCollector();
  const twin = await startTwin({ customers: 5 });
  const program = startProgram(['start', '--port', '0', '--host', '127.0.0.1'], {
    env: {
      KOMET_TOKEN: 'a-secret-token',
      KOMET_BASE_URL: twin.url,
      STORE_URL: 'memory:',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      ...env,
    },
  });
  const url = await program.printed(/(http:\/\/\S+\/graphql)/);
  return {
    collector,
    twin,
    program,
    url,
    ask: (query: string, variables: object = {}, headers: Record<string, string> = {}) =>
      post(url, { query, variables }, headers),
    /** All spans, once the program has ended. */
    async finish(): Promise<readonly CollectedSpan[]> {
      program.send('SIGTERM');
      expect(await program.ended).toBe(0);
      return collector.spans;
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await twin.close();
      await collector[Symbol.asyncDispose]();
    },
  };
}

describe('traces', () => {
  test('have a span for the operation and one below it for the call, and go on in the trace of the caller', async () => {
    await using traced = await startTraced();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    await traced.ask(named, { name: 'abc' }, { traceparent, 'x-request-id': 'mine' });
    const [call, operation] = await traced.finish();
    expect(operation).toMatchObject({
      name: 'query Florists',
      kind: 2,
      traceId,
      parentSpanId: 'b7ad6b7169203331',
      attributes: {
        'graphql.operation.name': 'Florists',
        'graphql.operation.type': 'query',
        'graphql.document.hash': expect.stringMatching(/^[0-9a-f]{64}$/),
        'http.response.status_code': 200,
        'komet.answer.source': 'upstream',
        'komet.upstream_calls': 1,
        'komet.request_id': 'mine',
      },
    });
    expect(call).toMatchObject({
      name: 'GET customer.list',
      kind: 3,
      traceId,
      parentSpanId: operation?.spanId,
      attributes: {
        'http.request.method': 'GET',
        'url.full': `${traced.twin.url}/customer.list`,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(traced.twin.url).port),
        'http.response.status_code': 200,
      },
    });
    expect(call?.durationMs).toBeLessThanOrEqual(operation?.durationMs ?? 0);
    expect(traced.collector.received.resource['service.name']).toBe('komet-graphql');
    expect(Object.keys(traced.collector.received.resource).join()).not.toMatch(/process|host|command/);
  });

  test('have answers from memory and refusals too, each once', async () => {
    await using traced = await startTraced();
    for (let count = 0; count < 3; count++) await traced.ask(named);
    await traced.ask('{ nonsense }');
    await traced.ask(named, {}, { 'content-type': 'text/plain' });
    const spans = await traced.finish();
    const server = spans.filter(({ kind }) => kind === 2);
    expect(server.map(({ name, attributes }) => [name, attributes['komet.answer.source']])).toEqual([
      ['query Florists', 'upstream'],
      ['query Florists', 'snapshot'],
      ['query Florists', 'snapshot'],
      ['GraphQL', undefined],
      ['GraphQL', undefined],
    ]);
    expect(server.map(({ attributes }) => attributes['error.type'])).toEqual([
      undefined,
      undefined,
      undefined,
      'GRAPHQL_VALIDATION_FAILED',
      'BAD_USER_INPUT',
    ]);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(6);
  });

  test('mark what Komet failed at, on the call and on the operation', async () => {
    await using traced = await startTraced();
    traced.twin.faults.turnOn('error-500');
    await traced.ask(named);
    const [call, operation] = await traced.finish();
    expect(call).toMatchObject({
      status: { code: 2, message: 'KOMET_UNAVAILABLE' },
      attributes: { 'http.response.status_code': 500, 'error.type': 'KOMET_UNAVAILABLE' },
    });
    expect(operation?.status).toMatchObject({ code: 2, message: 'KOMET_UNAVAILABLE' });
  });

  test('are not carried on to Komet', async () => {
    await using traced = await startTraced();
    await traced.ask(named, {}, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    await traced.finish();
    expect(traced.twin.calls).toHaveLength(1);
    expect(JSON.stringify(traced.twin.calls)).not.toContain('0af7651916cd43dd8448eb211c80319c');
  });

  test('say nothing of tokens, variables, literals and rows, also as protobuf', async () => {
    await using traced = await startTraced({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
    await traced.ask(named, { name: 'ABC Wholesale' });
    await traced.ask('{ customers(filter: { name: "DEF Retailer" }) { name } }');
    await traced.ask('query ($ids: [ID!]!) { customersById(ids: $ids) { name } }', { ids: [{ zinnia: 1 }] });
    await traced.finish();
    expect(traced.collector.received.headers).toContain('application/x-protobuf');
    expect(traced.collector.received.text).toContain('query Florists');
    expect(traced.collector.received.text).not.toMatch(/Wholesale|Retailer|zinnia|a-secret-token/i);
  });

  test("go by OpenTelemetry's own variables", async () => {
    await using traced = await startTraced({
      OTEL_SERVICE_NAME: 'customers-eu',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=staging',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-vendor-key=vendor-secret',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
    });
    await traced.ask(named);
    await traced.ask(named, {}, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    const spans = await traced.finish();
    expect(spans.map(({ traceId }) => traceId)).toEqual(['0af7651916cd43dd8448eb211c80319c']);
    expect(traced.collector.received.resource).toMatchObject({
      'service.name': 'customers-eu',
      'deployment.environment.name': 'staging',
    });
    expect(traced.collector.received.headers).toContain('vendor-secret');
    expect(traced.program.output).not.toContain('vendor-secret');
  });

  test('stand in the log, and a call that nobody waits for any more is a trace of its own', async () => {
    await using traced = await startTraced({
      LOG_LEVEL: 'debug',
      KOMET_MAX_STALENESS: '100ms',
      KOMET_DAILY_QUOTA: '1000000',
    });
    await traced.ask(named);
    const first = await subscribe(traced.url, 'subscription First { customerChanged { kind } }');
    const second = await subscribe(traced.url, 'subscription Second { customerChanged { kind } }');
    // The list goes on being read for the second, as it began for the first.
    first.close();
    await traced.program.printed(/"msg":"subscription ended"/);
    const seen = traced.twin.calls.length;
    await expect.poll(() => traced.twin.calls.length).toBeGreaterThan(seen + 1);
    traced.twin.company.update('23423', { name: 'Renamed' });
    await take(second, 1);
    second.close();
    const spans = await traced.finish();

    const request = /"msg":"request"/;
    const line = JSON.parse(traced.program.output.split('\n').find((each) => request.test(each)) ?? '{}');
    expect(spans.find(({ traceId }) => traceId === line.traceId)?.name).toBeDefined();
    const began = spans.find(({ name }) => name === 'subscription First');
    const linked = spans.filter(({ links }) => links.some(({ spanId }) => spanId === began?.spanId));
    expect(linked.length).toBeGreaterThan(0);
    for (const { traceId, parentSpanId } of linked) {
      expect(parentSpanId).toBeUndefined();
      expect(traceId).not.toBe(began?.traceId);
    }
  });

  test('that nobody collects are a line in the log, and no harm to answers', async () => {
    await using traced = await startTraced({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    });
    const { data } = await traced.ask(named);
    expect(data.customers).toHaveLength(4);
    await traced.program.printed(/"msg":"OpenTelemetry"/);
    expect(await traced.finish()).toEqual([]);
  });

  test.for<Record<string, string>>([
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_TRACES_EXPORTER: 'none' },
    { OTEL_SDK_DISABLED: 'true' },
  ])('are off with %j', async (env) => {
    await using traced = await startTraced(env);
    await traced.ask(named);
    await traced.finish();
    expect(traced.collector.received.headers).toBe('');
  });

  test('to what is no URL are refused at the start', async () => {
    const { code, errors } = await runProgram(['start'], {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
    });
    expect(code).toBe(2);
    expect(errors).toContain('OTEL_EXPORTER_OTLP_ENDPOINT must be a URL such as http://localhost:4318');
  });

  test('without the package that makes them are one plain sentence, and exit 1', async () => {
    const hideSdk = `import { registerHooks } from 'node:module';
      registerHooks({ resolve(name, context, next) {
        if (name === '@opentelemetry/sdk-node') throw new Error('not installed');
        return next(name, context);
      } });`;
    const { code, output, errors } = await runProgram(['start', '--port', '0'], {
      env: { OTEL_TRACES_EXPORTER: 'otlp' },
      command: [
        process.execPath,
        '--import',
        `data:text/javascript,${encodeURIComponent(hideSdk)}`,
        join(import.meta.dirname, '..', 'src', 'main.ts'),
      ],
    });
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(/^OTEL_… variables ask for traces, which need .+\n$/);
  });
});
