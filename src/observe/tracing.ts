import { setTimeout as wait } from 'node:timers/promises';
import { DiagLogLevel, diag, type Tracer, trace } from '@opentelemetry/api';
import type { Logger } from 'pino';

/** OpenTelemetry, running. */
export type Tracing = {
  readonly tracer: Tracer;
  /** Sends what is left. */
  shutdown(): Promise<void>;
};

/** How long (ms) the last spans may take to be sent. */
const patienceMs = 2_000;

/**
 * Starts OpenTelemetry's SDK for this process, as the `OTEL_…` variables of the environment say. It is large and
 * few want it, so it is loaded here only.
 *
 * @throws {Error} with a plain sentence, where the SDK is not installed
 */
export async function startTracing(version: string, logger: Logger): Promise<Tracing> {
  const { env } = process;
  const { NodeSDK } = await import('@opentelemetry/sdk-node').catch(() => {
    throw new Error(
      'OTEL_… variables ask for traces, which need the package @opentelemetry/sdk-node beside this one. Install it, or set OTEL_SDK_DISABLED=true.',
    );
  });
  // Its own would print to the terminal.
  if (!env['OTEL_LOG_LEVEL']) {
    const warn = (message: string) =>
      logger.warn({ why: sentenceOf(message).slice(0, 300) }, 'OpenTelemetry');
    const quiet = () => {};
    diag.setLogger(
      { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
  }
  if (!/(^|,)\s*service\.name=/.test(env['OTEL_RESOURCE_ATTRIBUTES'] ?? ''))
    env['OTEL_SERVICE_NAME'] ||= 'komet-graphql';
  // Others tell of the machine, its user and the command line.
  env['OTEL_NODE_RESOURCE_DETECTORS'] ||= 'env';
  // Traces alone: logs go to standard output, metrics to /metrics.
  const sdk = new NodeSDK({ metricReaders: [], logRecordProcessors: [], instrumentations: [] });
  sdk.start();
  // These may hold a secret, and have been read.
  for (const name of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS']) delete env[name];
  return {
    tracer: trace.getTracer('komet-graphql', version),
    async shutdown() {
      await Promise.race([sdk.shutdown().catch(() => {}), wait(patienceMs, undefined, { ref: false })]);
    },
  };
}

/** The SDK's errors come as JSON, with a stack. */
function sentenceOf(message: string): string {
  try {
    return String((JSON.parse(message) as { readonly message?: unknown }).message ?? message);
  } catch {
    return message;
  }
}
