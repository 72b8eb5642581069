import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span as OTLP has it in JSON. */
export type CollectedSpan = {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly durationMs: number;
};

type Value = { readonly stringValue?: string; readonly intValue?: string | number };
type Attributes = readonly { readonly key: string; readonly value: Value }[];

const flatten = (attributes: Attributes = []) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)] as const),
  );

/** Takes what OpenTelemetry sends by HTTP, as a collector on this machine would. */
export async function startCollector() {
  const spans: CollectedSpan[] = [];
  const received = { text: '', headers: '', resource: {} as Readonly<Record<string, string | number>> };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString(
      'latin1',
    );
    received.text += text;
    received.headers += `${request.url} ${JSON.stringify(request.headers)}\n`;
    if (request.headers['content-type'] === 'application/json') {
      for (const { resource, scopeSpans } of JSON.parse(text).resourceSpans) {
        received.resource = flatten(resource.attributes);
        for (const span of scopeSpans.flatMap(({ spans }: { spans: object[] }) => spans)) {
          spans.push({
            ...span,
            parentSpanId: span.parentSpanId || undefined,
            attributes: flatten(span.attributes),
            links: span.links ?? [],
            durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
          });
        }
      }
    }
    response.setHeader('content-type', request.headers['content-type'] ?? 'application/json');
    response.end(request.headers['content-type'] === 'application/json' ? '{}' : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
