import { beforeAll, expect, test } from 'vitest';
import { measure, type Results, ratioOf } from '../bench/speed/measure.ts';
import { gatewayFromSource, servers } from '../bench/speed/servers.ts';
import { bestPeer, findMeasurement } from '../bench/speed/table.ts';
import { type Workload, workloads } from '../bench/speed/workloads.ts';

/**
 * The benchmark in a minute, beside whatever else runs on this machine. What is compared is the CPU time that a
 * request takes, in short slices that take turns, and half of what is promised is enough: what fails here is
 * slower, not unlucky.
 */
const tested = workloads.filter(({ name }) => ['W1', 'W1u', 'W2u', 'W3', 'W3u', 'W6'].includes(name));
const few = servers
  .filter(({ name }) => ['bare', 'gateway', 'yoga-jit', 'mercurius'].includes(name))
  // There is no build to run from the repository.
  .map((server) => (server.kind === 'gateway' ? { ...server, args: gatewayFromSource } : server));
let results: Results;

beforeAll(async () => {
  results = await measure(few, tested, {
    rounds: 4,
    sliceMs: 200,
    warmUpMs: 500,
    onProgress: () => {},
  });
}, 180_000);

test('the peers answer what the gateway answers', () => {
  expect(results.absent).toEqual({});
});

test.each(tested.map((workload) => [`${workload.name}, ${workload.title}`, workload] as const))(
  'under %s the gateway keeps half of its promise',
  (_title, { name, target }: Workload) => {
    const { measurements } = results;
    const own = findMeasurement(measurements, name, 'gateway');
    const other =
      target?.of === 'bare' ? findMeasurement(measurements, name, 'bare') : bestPeer(measurements, name, few);
    if (!own || !other || !target) throw new Error(`${name} was not measured`);
    // Where the system tells no CPU time, the rate has to do.
    const ratio =
      own.cpu > 0 && other.cpu > 0
        ? ratioOf(other, own, ({ cpu }) => cpu)
        : ratioOf(own, other, ({ rate }) => rate);
    expect(ratio).toBeGreaterThan(target.ratio / 2);
  },
);

test('answers of the gateway cost no call to Komet', () => {
  for (const { server, calls } of results.measurements) if (server === 'gateway') expect(calls).toBe(0);
});
