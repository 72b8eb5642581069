import { callKinds, type DayReport } from './run-day.ts';
import { promiseMs } from './scenarios.ts';

const panel = { width: 560, height: 230, left: 44, right: 48, top: 58, bottom: 26 };
const gap = 24;
const header = 64;

/** The days side by side: bars are calls to Komet in each hour, the line is the age of the oldest answer. */
export function drawDays(days: readonly DayReport[]): string {
  const columns = Math.min(2, days.length);
  const rows = Math.ceil(days.length / columns);
  const width = gap + columns * (panel.width + gap);
  const height = header + rows * (panel.height + gap);
  const panels = days.map((day, index) => {
    const x = gap + (index % columns) * (panel.width + gap);
    const y = header + Math.floor(index / columns) * (panel.height + gap);
    return `<g transform="translate(${x} ${y})">${drawDay(day)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Calls to Komet per hour and age of the oldest answer, per scenario">
<style>${style}</style>
<rect class="ground" width="${width}" height="${height}" rx="8"/>
<text class="title" x="${gap}" y="32">A simulated day: calls to Komet, and how old answers were</text>
${legend(gap, 52)}
${panels.join('\n')}
</svg>
`;
}

const style = `
  :root { --ground: #ffffff; --card: #f6f8fa; --ink: #1f2328; --soft: #59636e; --grid: #d1d9e0; --delta: #7aa7e0; --full: #1f5fa8; --failed: #d1743c; --age: #1a7f4b; }
  @media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --card: #151b23; --ink: #e6edf3; --soft: #9198a1; --grid: #30363d; --delta: #3f72b5; --full: #8fbcf5; --failed: #e8935c; --age: #4cc38a; } }
  text { font: 11px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--soft); }
  .title { font-size: 17px; font-weight: 600; fill: var(--ink); }
  .name { font-size: 13px; font-weight: 600; fill: var(--ink); }
  .ground { fill: var(--ground); } .card { fill: var(--card); }
  .grid { stroke: var(--grid); stroke-width: 1; } .promise { stroke: var(--age); stroke-width: 1; stroke-dasharray: 3 4; opacity: 0.75; }
  .delta { fill: var(--delta); } .full { fill: var(--full); } .failed { fill: var(--failed); }
  .age { fill: none; stroke: var(--age); stroke-width: 1.75; stroke-linejoin: round; } .age-mark { fill: var(--age); }
  .end { text-anchor: end; } .middle { text-anchor: middle; } .age-text { fill: var(--age); }
`;

function legend(x: number, y: number): string {
  const entries = [
    ['delta', 'calls that ask what changed'],
    ['full', 'calls for the whole list'],
    ['failed', 'failed calls'],
    ['age-mark', 'age of the oldest answer, minutes (dashed: the promise)'],
  ] as const;
  let at = x;
  return entries
    .map(([name, words]) => {
      const entry = `<rect class="${name}" x="${at}" y="${y - 9}" width="10" height="10" rx="2"/><text x="${at + 15}" y="${y}">${words}</text>`;
      at += 15 + words.length * 5.7 + 20;
      return entry;
    })
    .join('');
}

function drawDay(day: DayReport): string {
  const innerWidth = panel.width - panel.left - panel.right;
  const innerHeight = panel.height - panel.top - panel.bottom;
  const bottom = panel.top + innerHeight;
  const highestBar = Math.max(...day.callsByHour.map((hour) => hour.full + hour.delta + hour.failed));
  const mostCalls = niceTop(Math.max(1.2 * highestBar, 4));
  const mostMinutes = niceTop(Math.max(day.largestAge, promiseMs) / 60_000);
  const xOf = (hour: number) => round(panel.left + (hour / 24) * innerWidth);
  const yOfCalls = (calls: number) => round(bottom - (calls / mostCalls) * innerHeight);
  const yOfAge = (age: number) => round(bottom - (age / 60_000 / mostMinutes) * innerHeight);

  const lines = [0, 0.5, 1].map((part) => {
    const y = round(bottom - part * innerHeight);
    return (
      `<line class="grid" x1="${panel.left}" x2="${panel.width - panel.right}" y1="${y}" y2="${y}"/>` +
      `<text class="end" x="${panel.left - 8}" y="${y + 4}">${mostCalls * part}</text>` +
      `<text class="age-text" x="${panel.width - panel.right + 8}" y="${y + 4}">${mostMinutes * part} min</text>`
    );
  });
  const hours = [0, 6, 12, 18, 24].map(
    (hour) => `<text class="middle" x="${xOf(hour)}" y="${bottom + 17}">${hour}:00</text>`,
  );
  const bars = day.callsByHour.flatMap((calls, hour) => {
    let below = 0;
    return callKinds.map((kind) => {
      const from = below;
      below += calls[kind];
      if (calls[kind] === 0) return '';
      const y = yOfCalls(below);
      return `<rect class="${kind}" x="${xOf(hour + 0.14)}" y="${y}" width="${round((innerWidth / 24) * 0.72)}" height="${round(yOfCalls(from) - y)}"/>`;
    });
  });
  const ages = oldestOfEach(4, day.ages);
  const points = ages.map((age, index) => `${xOf(((index + 0.5) * 24) / ages.length)},${yOfAge(age)}`);
  const promise = yOfAge(promiseMs);

  return `<rect class="card" width="${panel.width}" height="${panel.height}" rx="6"/>
<text class="name" x="16" y="24">${day.title}</text>
<text x="16" y="41">${factsOf(day)}</text>
${lines.join('')}${hours.join('')}${bars.join('')}
<line class="promise" x1="${panel.left}" x2="${panel.width - panel.right}" y1="${promise}" y2="${promise}"/>
<polyline class="age" points="${points.join(' ')}"/>`;
}

/** Fewer points than were measured: between two refreshes an age rises and falls, and only its peaks matter. */
function oldestOfEach(count: number, ages: readonly number[]): number[] {
  return Array.from({ length: ages.length / count }, (_, index) =>
    Math.max(...ages.slice(index * count, (index + 1) * count)),
  );
}

function factsOf(day: DayReport): string {
  return [
    `${day.operations.toLocaleString('en')} operations`,
    `${day.calls} calls of ${day.quota}`,
    `oldest answer ${minutes(day.largestAge)}`,
    `${day.differences} differences`,
  ].join(' · ');
}

/** `5:03 min`. */
export function minutes(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}

/** The next number at or above whose half is a good label too. */
function niceTop(value: number): number {
  return (
    [4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100, 120, 130, 140, 160, 200].find(
      (top) => top >= value,
    ) ?? value
  );
}

const round = (value: number) => Math.round(value * 10) / 10;
