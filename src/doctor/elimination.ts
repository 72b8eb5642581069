/**
 * The probe whose answer will tell most readings apart; nothing where no probe tells any two apart.
 *
 * Two readings that would give the same answer stay confused. Confusing readings of different `group` is
 * what matters; among equals the cheapest probe wins.
 */
export function chooseProbe<Reading, Probe>(options: {
  readonly readings: readonly Reading[];
  readonly probes: readonly Probe[];
  /** The answer if the reading is the true one, as a text that is equal for equal answers. */
  readonly predict: (reading: Reading, probe: Probe) => string;
  readonly groupOf: (reading: Reading) => string;
  readonly costOf: (probe: Probe) => number;
}): Probe | null {
  const { readings, probes, predict, groupOf, costOf } = options;
  const nothingLearned = confusionOf(readings, groupOf);
  let best: { probe: Probe; confusion: number; cost: number } | null = null;
  for (const probe of probes) {
    const alike = Map.groupBy(readings, (reading) => predict(reading, probe));
    const confusion = [...alike.values()].reduce((sum, each) => sum + confusionOf(each, groupOf), 0);
    if (confusion >= nothingLearned || (best && confusion > best.confusion)) continue;
    const cost = costOf(probe);
    if (!best || confusion < best.confusion || cost < best.cost) best = { probe, confusion, cost };
  }
  return best?.probe ?? null;
}

const groupWeight = 10;

/** Pairs of readings that are not told apart, those of different groups counted more. */
function confusionOf<Reading>(readings: readonly Reading[], groupOf: (reading: Reading) => string): number {
  const pairs = (count: number) => (count * (count - 1)) / 2;
  const groups = [...Map.groupBy(readings, groupOf).values()];
  const within = groups.reduce((sum, { length }) => sum + pairs(length), 0);
  return within + groupWeight * (pairs(readings.length) - within);
}
