import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

/** How often (ms) the event loop is asked whether it is there. */
const resolutionMs = 20;

/**
 * What a process takes, under the names that prom-client gives it, which dashboards know. Not by prom-client's
 * own collectors: those cannot be stopped, and a gateway can.
 */
export function createProcessMetrics(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  let delay: ReturnType<typeof watchEventLoop> | undefined;

  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time of user and system.',
    registers,
  });
  const resident = gauge('process_resident_memory_bytes', 'Memory that is resident.');
  const heapUsed = gauge('nodejs_heap_size_used_bytes', "Node's heap that is used.");
  const heapTotal = gauge('nodejs_heap_size_total_bytes', "Node's heap.");
  const external = gauge('nodejs_external_memory_bytes', "Memory outside of Node's heap.");
  const typical = gauge(
    'nodejs_eventloop_lag_p50_seconds',
    'Median delay of the event loop since the last scrape.',
  );
  const high = gauge('nodejs_eventloop_lag_p99_seconds', '99th percentile of that delay.');
  const longest = gauge('nodejs_eventloop_lag_max_seconds', 'The longest such delay.');
  gauge('process_start_time_seconds', 'When the process began, in seconds since 1970.').set(
    Math.round(performance.timeOrigin / 1000),
  );

  let cpuSeconds = 0;
  /** What is measured is the time between two turns of a timer, which are meant to be apart. */
  const inSeconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3);

  /** Brings all of it up to date; the event loop is watched from the first time on. */
  function look() {
    delay ??= watchEventLoop();
    const { user, system } = process.cpuUsage();
    const now = (user + system) / 1e6;
    cpu.inc(now - cpuSeconds);
    cpuSeconds = now;
    const memory = process.memoryUsage();
    resident.set(memory.rss);
    heapUsed.set(memory.heapUsed);
    heapTotal.set(memory.heapTotal);
    external.set(memory.external);
    typical.set(inSeconds(delay.percentile(50)));
    high.set(inSeconds(delay.percentile(99)));
    longest.set(inSeconds(delay.max));
    delay.reset();
  }

  function close() {
    delay?.disable();
    delay = undefined;
  }

  return { look, close };
}

function watchEventLoop() {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return delay;
}
