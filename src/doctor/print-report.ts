import { styleText } from 'node:util';
import { type Check, type CheckName, count, group, unknown, type Verdict, wasAsked } from './check.ts';
import type { Report } from './doctor.ts';

const labels: Readonly<Record<CheckName, string>> = {
  token: 'token',
  list: 'whole list',
  wireTypes: 'JSON types',
  fields: 'fields',
  includeInactive: 'includeInactive',
  updateAsOf: 'updateAsOf',
  nameFilter: 'name (LIKE)',
  emptyResult: 'nobody found',
  inactiveById: 'inactive by id',
  clock: 'clocks',
};

const colors: Readonly<Record<Verdict | 'wrong', 'green' | 'yellow' | 'gray' | 'red'>> = {
  ok: 'green',
  differs: 'yellow',
  unknown: 'gray',
  wrong: 'red',
};

const width = 100;
const indent = 27;

/** The report for people: a line for each check with its verdict, what follows from it, and a conclusion. */
export function printReport(report: Report, stream: NodeJS.WriteStream): string {
  const names = Object.keys(labels) as CheckName[];
  const asked = names.filter((name) => wasAsked(report.checks[name]));
  const others = names.filter((name) => !asked.includes(name)).map((name) => labels[name]);
  const lines = asked.map((name) => printCheck(labels[name], report.checks[name], stream));
  const rest = unknown(others.join(', '));
  const { limit, used, resetsAt } = report.quota;
  const reset = new Date(resetsAt).toISOString().slice(0, 16);
  return [
    '',
    ...lines,
    ...(others.length > 0 ? [printCheck('not asked', rest, stream)] : []),
    '',
    ...wrap(concludeReport(report), width),
    `${count(report.calls, 'call')} made; ${group(limit - used)} of ${group(limit)} left until ${reset}Z by this gateway's count.`,
    '',
  ].join('\n');
}

function printCheck(
  label: string,
  { verdict, isWrong, seen, meaning }: Check,
  stream: NodeJS.WriteStream,
): string {
  const word = isWrong ? 'wrong' : verdict;
  const head = `  ${styleText(colors[word], word.padEnd(8), { stream })} ${label.padEnd(indent - 11)}`;
  const space = ' '.repeat(indent);
  const [first = '', ...further] = wrap(printable(seen), width - indent);
  const consequence = wrap(printable(meaning), width - indent - 2);
  const arrowed = consequence.map((line, index) => `${index === 0 ? '→' : ' '} ${line}`);
  return [`${head}${first}`, ...[...further, ...arrowed].map((line) => `${space}${line}`)].join('\n');
}

/** What comes from elsewhere must not steer a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
}

function concludeReport(report: Report): string {
  const { isFit, saved, inForce, checks } = report;
  const asked = Object.values(checks);
  if (!isFit && !wasAsked(checks.includeInactive)) return 'The gateway cannot answer from this endpoint.';
  const far = asked.some(({ verdict }) => verdict === 'unknown') ? 'As far as could be seen, the' : 'The';
  const verdict = isFit ? `${far} gateway fits this endpoint` : 'The gateway would answer wrongly, see above';
  if (saved) return `${verdict}. Saved: from its next start on it ${describeFindings(report)}.`;
  if (isFit && !inForce) return `${verdict}; with --save it would spend fewer calls.`;
  return isFit ? `${verdict}: it ${describeFindings(report)}.` : `${verdict}.`;
}

function describeFindings({ findings }: Report): string {
  const names = findings.nameFiltersGoUpstream
    ? 'asks Komet whom a name finds'
    : 'answers name filters itself';
  return `${names} and asks for inactive customers with includeInactive=${findings.includeInactiveSpelling}`;
}

function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
