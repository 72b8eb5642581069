import type { Twin } from '../../src/twin/twin.ts';

/** How often (ms) every company's clock is set. */
const tickMs = 100;
/** The customer whose sales person is the time at which the row was last changed. */
const clockId = '1';

export const companyOf = (index: number) => `company-${index}`;
export const tokenOf = (index: number) => `token-of-${index}`;

/** Companies whose rows tell whose they are and when they were true. */
export type Oracle = {
  /**
   * What is wrong with rows that were asked for at `askedAt` (ms since 1970), if anything is.
   * @param promiseMs how old they may be
   */
  judge(index: number, rows: readonly Row[], askedAt: number, promiseMs: number): string | undefined;
  /** How old (ms) rows are at the least, at a time. */
  ageOf(rows: readonly Row[], at: number): number;
  [Symbol.dispose](): void;
};

export type Row = { readonly id: string; readonly name: string; readonly salesPerson: string | null };

export function createOracle(twin: Twin, count: number, customers: number): Oracle {
  const companies = Array.from({ length: count }, (_, index) => twin.companyOf(companyOf(index)));
  const ticks: number[] = [];

  function tick() {
    const time = Date.now();
    ticks.push(time);
    for (const company of companies) company.update(clockId, { salesPerson: `${time}` });
  }

  for (const company of companies) {
    const { customers: rows } = company;
    company.replaceAll(
      rows.slice(0, customers).map((row, index) => ({
        ...row,
        ...(index === 0 && { id: clockId, active: true }),
        name: `${row.name} of ${company.name}`,
      })),
    );
  }
  tick();
  const timer = setInterval(tick, tickMs);
  const timeOf = (rows: readonly Row[]) => Number(rows.find(({ id }) => id === clockId)?.salesPerson);

  return {
    judge(index, rows, askedAt, promiseMs) {
      const mark = ` of ${companyOf(index)}`;
      const foreign = rows.find(({ name }) => !name.endsWith(mark));
      if (foreign) return `${companyOf(index)} was answered with "${foreign.name}"`;
      if (rows.length !== customers) return `${companyOf(index)} was answered with ${rows.length} rows`;
      const least = ticks.findLast((time) => time <= askedAt - promiseMs) ?? 0;
      const time = timeOf(rows);
      if (time < least)
        return `${companyOf(index)} was answered with rows that were ${askedAt - time} ms old`;
      return undefined;
    },
    ageOf: (rows, at) => at - timeOf(rows),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
