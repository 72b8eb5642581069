import type { Measurement } from './measure.ts';
import type { Server } from './servers.ts';
import { digits } from './table.ts';
import type { Workload } from './workloads.ts';

const panel = { width: 380, left: 116, right: 56, top: 46, line: 22 };
const gap = 20;
const header = 76;

/** A panel a workload with a bar a server; logarithmic, as there are three decimal places between them. */
export function drawBench(
  measurements: readonly Measurement[],
  workloads: readonly Workload[],
  servers: readonly Server[],
): string {
  const columns = 3;
  const height = panel.top + servers.length * panel.line + 8;
  const drawn = workloads.filter(({ name }) => measurements.some(({ workload }) => workload === name));
  const rows = Math.ceil(drawn.length / columns);
  const width = gap + columns * (panel.width + gap);
  const total = header + rows * (height + gap);
  const panels = drawn.map((workload, index) => {
    const x = gap + (index % columns) * (panel.width + gap);
    const y = header + Math.floor(index / columns) * (height + gap);
    const own = measurements.filter((each) => each.workload === workload.name);
    return `<g transform="translate(${x} ${y})">${drawWorkload(workload, own, servers, height)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="Requests a second, for each workload and server">
<style>${style}</style>
<rect class="ground" width="${width}" height="${total}" rx="8"/>
<text class="title" x="${gap}" y="32">Requests a second on one core</text>
<text x="${gap}" y="54">Logarithmic. Bare is node:http that writes the same bytes. “Unseen” are requests whose answer nobody can have kept.</text>
${panels.join('\n')}
</svg>
`;
}

const style = `
  :root { --ground: #ffffff; --card: #f6f8fa; --ink: #1f2328; --soft: #59636e; --bare: #a5acb5; --gateway: #1a7f4b; --peer: #7aa7e0; }
  @media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --card: #151b23; --ink: #e6edf3; --soft: #9198a1; --bare: #6b737d; --gateway: #3fb573; --peer: #3f72b5; } }
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--soft); }
  .title { font-size: 18px; font-weight: 600; fill: var(--ink); }
  .name { font-size: 13px; font-weight: 600; fill: var(--ink); }
  .own { font-weight: 600; fill: var(--ink); }
  .ground { fill: var(--ground); } .card { fill: var(--card); } .bare { fill: var(--bare); } .gateway { fill: var(--gateway); } .peer { fill: var(--peer); }
`;

function drawWorkload(
  { title }: Workload,
  measurements: readonly Measurement[],
  servers: readonly Server[],
  height: number,
): string {
  const rates = measurements.map(({ rate }) => rate);
  const most = Math.log10(Math.max(...rates));
  // The slowest keeps a bar that can be seen.
  const least = Math.log10(Math.min(...rates)) - 0.3;
  const room = panel.width - panel.left - panel.right;
  const bars = servers.map(({ name, label, kind }, index) => {
    const y = panel.top + index * panel.line;
    const own = measurements.find(({ server }) => server === name);
    const words = kind === 'gateway' ? ' class="own"' : '';
    const caption = `<text${words} x="${panel.left - 8}" y="${y + 12}" text-anchor="end">${label}</text>`;
    if (!own) return `${caption}<text x="${panel.left}" y="${y + 12}">–</text>`;
    const length = (room * (Math.log10(own.rate) - least)) / (most - least);
    return `${caption}<rect class="${kind}" x="${panel.left}" y="${y}" width="${length.toFixed(1)}" height="16" rx="3"/><text${words} x="${(panel.left + length + 6).toFixed(1)}" y="${y + 12}">${digits(own.rate)}</text>`;
  });
  return `<rect class="card" width="${panel.width}" height="${height}" rx="8"/><text class="name" x="14" y="27">${title}</text>${bars.join('')}`;
}
