import type { HourOfCalls } from './call-history.ts';
import { type Html, html } from './html.ts';
import type { StatusReport } from './status-report.ts';
import { clockOf, counted, inWords, withCommas } from './words.ts';

/*
 * Pictures are as wide as their place: what is across is in per cent, so that text keeps its size on a phone.
 */

const percent = (part: number) => `${(Math.min(1, Math.max(0, part)) * 100).toFixed(2)}%`;

const ring = { radius: 84, width: 14 };

/** A ring that empties while the snapshot grows older, with the age within. */
export function drawFreshness({ snapshot, freshness, maxStalenessMs }: StatusReport): Html {
  const length = 2 * Math.PI * ring.radius;
  const age = snapshot?.ageMs;
  const left = age === undefined ? 0 : maxStalenessMs === 0 ? 1 : Math.max(0, 1 - age / maxStalenessMs);
  const [number = '–', ...unit] = age === undefined ? [] : inWords(age).split('\u00a0').slice(0, 2);
  const said =
    age === undefined
      ? 'No list was read yet.'
      : `The list was read ${inWords(age)} ago; the promise is ${inWords(maxStalenessMs)}.`;
  return html`
    <svg class="ring ${freshness}" viewBox="0 0 200 200" role="img" aria-labelledby="ring-title ring-said">
      <title id="ring-title">Age of the data</title>
      <desc id="ring-said">${said}</desc>
      <circle class="track" cx="100" cy="100" r="${ring.radius}" stroke-width="${ring.width}" />
      ${
        left > 0 &&
        html`<circle class="left" cx="100" cy="100" r="${ring.radius}" stroke-width="${ring.width}"
          stroke-dasharray="${(left * length).toFixed(1)} ${length.toFixed(1)}" transform="rotate(-90 100 100)" />`
      }
      <text class="number" x="100" y="${unit.length > 0 ? 108 : 118}">${number}</text>
      <text class="unit" x="100" y="134">${unit.length > 0 ? `${unit.join(' ')} old` : ''}</text>
    </svg>`;
}

/** The day's calls as a bar, with what is spent, what is free and what is kept, and how far the day is. */
export function drawQuota({ quota }: StatusReport): Html {
  const { limit, used, reserved, left, dayPassed, resetsAt } = quota;
  const anchor = dayPassed < 0.12 ? 'start' : dayPassed > 0.88 ? 'end' : 'middle';
  return html`
    <svg class="quota" width="100%" height="84" role="img" aria-labelledby="quota-title quota-said">
      <title id="quota-title">Calls to Komet today</title>
      <desc id="quota-said">${withCommas(used)} of ${withCommas(limit)} calls are spent and ${withCommas(left)} left, ${withCommas(reserved)} of which are kept for requests that insist. ${percent(dayPassed)} of the day is over; it ends in ${inWords(resetsAt - quotaNow(quota))}.</desc>
      <defs>
        <clipPath id="quota-shape"><rect x="0" y="28" width="100%" height="32" rx="8" /></clipPath>
        ${hatch('kept-hatch')}
      </defs>
      <g clip-path="url(#quota-shape)">
        <rect class="track" x="0" y="28" width="100%" height="32" />
        <rect class="kept" x="${percent(1 - reserved / limit)}" y="28" width="${percent(reserved / limit)}" height="32" fill="url(#kept-hatch)" />
        <rect class="spent${used >= limit - reserved ? ' high' : ''}" x="0" y="28" width="${percent(used / limit)}" height="32" />
      </g>
      <line class="now" x1="${percent(dayPassed)}" x2="${percent(dayPassed)}" y1="20" y2="68" />
      <text class="label" x="${percent(dayPassed)}" y="14" text-anchor="${anchor}">now</text>
      <text class="label" x="0" y="80">00:00 UTC</text>
      <text class="label" x="100%" y="80" text-anchor="end">24:00</text>
    </svg>`;
}

const dayMs = 86_400_000;
const quotaNow = ({ resetsAt, dayPassed }: StatusReport['quota']) => resetsAt - (1 - dayPassed) * dayMs;

const chart = { top: 22, bottom: 128, height: 152 };

/** Calls of the last 24 hours, an hour a bar. */
export function drawHours(hours: readonly HourOfCalls[]): Html {
  const most = Math.max(1, ...hours.map(({ calls }) => calls ?? 0));
  const step = 1 / hours.length;
  const tall = (count: number) => (count / most) * (chart.bottom - chart.top);
  const all = hours.reduce((sum, { calls }) => sum + (calls ?? 0), 0);
  const failed = hours.reduce((sum, hour) => sum + hour.failed, 0);
  const rect = (index: number, from: number, height: number, kind: string) => html`
    <rect class="${kind}" x="${percent(index * step + step * 0.14)}" y="${(from - height).toFixed(1)}"
      width="${percent(step * 0.72)}" height="${height.toFixed(1)}" rx="2" />`;
  return html`
    <svg class="hours" width="100%" height="${chart.height}" role="img" aria-labelledby="hours-title hours-said">
      <title id="hours-title">Calls to Komet by hour</title>
      <desc id="hours-said">${counted(all, 'call')} in the last 24 hours, ${failed} of them failed; at most ${most} in an hour.</desc>
      <defs>${hatch('unknown-hatch')}</defs>
      ${hours.map(({ startsAt, calls, failed }, index) => {
        const hour = new Date(startsAt).getUTCHours();
        const span = `${clockOf(startsAt)} to ${clockOf(startsAt + 3_600_000)} UTC`;
        const said =
          calls === null
            ? 'the gateway did not run'
            : `${counted(calls, 'call')}${failed > 0 ? `, ${failed} failed` : ''}`;
        const good = tall(Math.max(0, (calls ?? 0) - failed));
        return html`<g>
          <title>${span}: ${said}</title>
          <rect class="reach" x="${percent(index * step)}" y="0" width="${percent(step)}" height="${chart.bottom}" />
          ${calls === null && html`<rect x="${percent(index * step)}" y="${chart.top}" width="${percent(step)}" height="${chart.bottom - chart.top}" fill="url(#unknown-hatch)" />`}
          ${good > 0 && rect(index, chart.bottom, good, 'good')}
          ${failed > 0 && rect(index, chart.bottom - good, tall(failed), 'bad')}
          ${hour === 0 && html`<line class="midnight" x1="${percent(index * step)}" x2="${percent(index * step)}" y1="${chart.top}" y2="${chart.bottom}" />`}
          ${hour % 6 === 0 && html`<text class="label" x="${percent(index * step)}" y="146" text-anchor="${index === 0 ? 'start' : index > 22 ? 'end' : 'middle'}">${clockOf(startsAt)}</text>`}
        </g>`;
      })}
      <line class="ground" x1="0" x2="100%" y1="${chart.bottom}" y2="${chart.bottom}" />
      <text class="label" x="0" y="13">${all > 0 ? `at most ${counted(most, 'call')} an hour` : 'no calls'}</text>
    </svg>`;
}

/** Lines for what is not to be counted on. */
const hatch = (id: string) => html`
  <pattern id="${id}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <line class="hatch" x1="0" y1="0" x2="0" y2="7" />
  </pattern>`;
