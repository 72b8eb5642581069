import type { Metric, Registry } from 'prom-client';

/** Adds one duration (s). */
export type Observe = (seconds: number) => void;

/**
 * A histogram with its series made beforehand, for prom-client's registry. Its own looks each series up by a
 * text of its labels, which takes a microsecond: too long where an answer takes thirty.
 *
 * @param options.buckets upper bounds, ascending
 * @returns what makes a series of its labels
 */
export function createHistogram(
  registry: Registry,
  options: { readonly name: string; readonly help: string; readonly buckets: readonly number[] },
): (labels: Readonly<Record<string, string>>) => Observe {
  const { name, help, buckets } = options;
  const bounds = Float64Array.from(buckets);
  const series: Series[] = [];

  function read({ labels, counts, sum }: Series) {
    let count = 0;
    const upTo = [...counts].map((inBucket, index) => {
      count += inBucket;
      return {
        metricName: `${name}_bucket`,
        labels: { le: buckets[index] ?? '+Inf', ...labels },
        value: count,
      };
    });
    return [
      ...upTo,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }

  const get = async () => ({
    name,
    help,
    type: 'histogram',
    values: series.flatMap(read),
    aggregator: 'sum',
  });
  registry.registerMetric({ name, help, type: 'histogram', get } as unknown as Metric);
  return (labels) => {
    const one: Series = { labels, counts: new Float64Array(bounds.length + 1), sum: 0 };
    series.push(one);
    return (seconds) => {
      let index = 0;
      while (index < bounds.length && seconds > (bounds[index] as number)) index += 1;
      one.counts[index] = (one.counts[index] as number) + 1;
      one.sum += seconds;
    };
  };
}

type Series = {
  readonly labels: Readonly<Record<string, string>>;
  /** Of each bucket alone, the last for what is above all bounds. */
  readonly counts: Float64Array;
  sum: number;
};
