import type { IncomingHttpHeaders } from 'node:http';
import {
  type AttributeValue,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { OnExchange } from '../komet/transport.ts';
import { outcomeOf } from './metrics.ts';
import type { Visit } from './visit.ts';

/** Makes spans of what happens. Where nobody traces there is none of this. */
export type Traces = {
  /** A request came, perhaps as a part of a trace that its headers name. */
  begin(visit: Visit, headers: IncomingHttpHeaders | Headers): void;
  /** Does the work as a part of the request's span. */
  within<Result>(visit: Visit, work: () => Result): Result;
  end(visit: Visit, status: number): void;
  /** As {@link OnExchange}. */
  called: OnExchange;
};

/**
 * A span for each request, named after its operation, and one below it for each call to Komet. Neither has a
 * document, a variable, a row, or the query of a URL. Komet is not told of the trace.
 */
export function createTraces(tracer: Tracer): Traces {
  const open = new WeakMap<Visit, Span>();

  return {
    begin(visit, headers) {
      const carrier = headers instanceof Headers ? Object.fromEntries(headers) : headers;
      const parent = propagation.extract(ROOT_CONTEXT, carrier);
      const span = tracer.startSpan('GraphQL', { kind: SpanKind.SERVER, startTime: visit.startedAt }, parent);
      open.set(visit, span);
      visit.traceId = span.spanContext().traceId;
    },
    within(visit, work) {
      const span = open.get(visit);
      return span ? context.with(trace.setSpan(ROOT_CONTEXT, span), work) : work();
    },
    end(visit, status) {
      const span = open.get(visit);
      if (!span) return;
      const { operation, effort, codes, id, caller } = visit;
      const name = operation?.name?.slice(0, 100);
      if (operation?.type) span.updateName(name === undefined ? operation.type : `${operation.type} ${name}`);
      set(span, {
        'graphql.operation.name': name,
        'graphql.operation.type': operation?.type,
        'graphql.document.hash': operation?.hash(),
        'http.response.status_code': status,
        'komet.answer.source': effort && effort.asOf !== null ? effort.source : undefined,
        'komet.upstream_calls': effort?.upstreamCalls,
        'komet.request_id': id,
        'komet.caller': caller,
        'error.type': codes[0],
      });
      if (status >= 500 || codes.some((code) => /^(KOMET_|INTERNAL)/.test(code)))
        span.setStatus({ code: SpanStatusCode.ERROR, message: codes[0] ?? '' });
      span.end();
    },
    called(url) {
      const { hostname, port } = new URL(url);
      const span = startCall(tracer, context.active());
      set(span, {
        'http.request.method': 'GET',
        'url.full': url,
        'server.address': hostname,
        'server.port': port === '' ? 443 : Number(port),
      });
      return ({ statusCode, error }) => {
        const outcome = outcomeOf(error);
        set(span, {
          'http.response.status_code': statusCode,
          'error.type': outcome === 'ok' ? undefined : outcome,
        });
        if (outcome !== 'ok' && outcome !== 'aborted')
          span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
        span.end();
      };
    },
  };
}

/** What goes on after its request was answered is a trace of its own, with a link to where it began. */
function startCall(tracer: Tracer, active: Context): Span {
  const parent = trace.getSpan(active);
  const isOver =
    parent && !parent.isRecording() && (parent.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
  return tracer.startSpan(
    'GET customer.list',
    {
      kind: SpanKind.CLIENT,
      ...(isOver && { root: true, links: [{ context: parent.spanContext() }] }),
    },
    active,
  );
}

function set(span: Span, attributes: Readonly<Record<string, AttributeValue | undefined>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) span.setAttribute(name, value);
  }
}
