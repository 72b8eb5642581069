import { createHash } from 'node:crypto';
import type { Capabilities } from '../customers/sync.ts';
import type { PastFailure } from './call-history.ts';
import { type Html, html } from './html.ts';
import { drawFreshness, drawHours, drawQuota } from './status-pictures.ts';
import type { Freshness, StatusReport } from './status-report.ts';
import { script, style } from './status-style.ts';
import { clockOf, inWords, momentOf, withCommas } from './words.ts';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A browser may do with the page what is in it, and get it again; nothing of it may come from elsewhere. */
export const statusPageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const words: Record<Freshness, { readonly title: string; readonly mark: string }> = {
  fresh: { title: 'Fresh', mark: '#1f7a4d' },
  resting: { title: 'Resting', mark: '#5f6f68' },
  stale: { title: 'Stale', mark: '#b3261e' },
  empty: { title: 'Nothing read yet', mark: '#5f6f68' },
};

/** How one token's customers stand, as a page. */
export function renderStatusPage(report: StatusReport): string {
  const { freshness, source, gateway, quota, failures, capabilities, at } = report;
  const { title } = words[freshness];
  return renderDocument(
    `${title} · komet-graphql`,
    words[freshness].mark,
    html`
      <header>
        <h1>komet-graphql</h1>
        <p class="source">Customers from ${source}</p>
      </header>
      <section class="hero ${freshness}" aria-labelledby="freshness">
        ${drawFreshness(report)}
        <div>
          <h2 id="freshness"><span class="dot"></span>${title}</h2>
          <p>${explain(report)}</p>
          ${listSnapshot(report)}
        </div>
      </section>
      <section aria-labelledby="quota">
        <h2 id="quota">Calls to Komet today</h2>
        <p><strong>${withCommas(quota.used)}</strong> of ${withCommas(quota.limit)} are spent with
          ${Math.round(quota.dayPassed * 100)} % of the day over${judgePace(report)} A new day begins in ${inWords(quota.resetsAt - at)}.</p>
        ${drawQuota(report)}
        <ul class="legend">
          <li><span class="key spent"></span>${withCommas(quota.used)} spent</li>
          <li><span class="key free"></span>${withCommas(quota.left - quota.reserved)} free</li>
          <li><span class="key kept"></span>${withCommas(quota.reserved)} kept for requests that insist</li>
        </ul>
      </section>
      <section aria-labelledby="hours">
        <h2 id="hours">Calls by hour</h2>
        ${drawHours(report.hours)}
        <ul class="legend">
          <li><span class="key spent"></span>went well</li>
          <li><span class="key bad"></span>failed</li>
          ${report.hours.some(({ calls }) => calls === null) && html`<li><span class="key kept"></span>before the gateway ran</li>`}
        </ul>
      </section>
      <div class="pair">
        <section aria-labelledby="failures">
          <h2 id="failures">Last errors</h2>
          ${failures.length === 0 ? html`<p class="quiet">None since the gateway began.</p>` : html`<ol class="failures">${failures.map((each) => describeFailure(each, at))}</ol>`}
        </section>
        <section aria-labelledby="capabilities">
          <h2 id="capabilities">What the endpoint can do</h2>
          ${describeCapabilities(capabilities)}
        </section>
      </div>
      <footer>
        <p>komet-graphql ${gateway.version} · Node ${gateway.node} · graphql ${gateway.graphql} ·
          running for ${inWords(at - gateway.startedAt)}</p>
        <p>As of <time datetime="${new Date(at).toISOString()}">${momentOf(at)}</time><span class="lost" hidden> · the gateway does not answer any more</span></p>
      </footer>`,
  );
}

/** What a person sees who has not said who they are. */
export function renderRefusal(message: string, hint: string): string {
  return renderDocument(
    'Who is there? · komet-graphql',
    words.resting.mark,
    html`
      <header><h1>komet-graphql</h1></header>
      <section aria-labelledby="refusal">
        <h2 id="refusal">Not for everybody</h2>
        <p>${message}</p>
        <p class="quiet">${hint}</p>
      </section>`,
  );
}

function renderDocument(title: string, mark: string, main: Html): string {
  const icon = `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${mark}"/></svg>`,
  )}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${icon}">
<style>${{ html: style }}</style>
</head>
<body>
<main>${main}</main>
<script>${{ html: script }}</script>
</body>
</html>
`.html;
}

function explain({ freshness, maxStalenessMs, snapshot, failures }: StatusReport): string {
  const promise = inWords(maxStalenessMs);
  switch (freshness) {
    case 'fresh':
      return `Answers are at most ${promise} old, as promised.`;
    case 'resting':
      return maxStalenessMs === 0
        ? 'Komet is asked for every answer; what is here is only the last of them.'
        : `Nobody has asked for a while, so no calls were spent. Whoever asks next gets an answer that is at most ${promise} old.`;
    case 'stale':
      return snapshot
        ? `Komet cannot be read, so answers are older than ${promise}${failures[0] ? `: ${failures[0].code}` : ''}.`
        : 'Komet cannot be read, and there is nothing to answer from yet.';
    case 'empty':
      return 'The list is read when somebody asks for the first time.';
  }
}

/** Whether the day's calls will last, once there is enough of the day to say. */
function judgePace({ quota: { limit, used, reserved, dayPassed, resetsAt } }: StatusReport): string {
  if (used >= limit) return '. Answers come from the last list until then.';
  if (dayPassed < 0.1) return '.';
  const expected = used / dayPassed;
  if (expected <= limit - reserved) return ', so they will last.';
  const spentAt = resetsAt - dayMs + (limit / used) * dayPassed * dayMs;
  return spentAt < resetsAt
    ? `. At this pace they would be spent by ${clockOf(spentAt)} UTC, so refreshes are spread over what is left.`
    : '. They will just last.';
}

const dayMs = 86_400_000;

function listSnapshot({ snapshot, at }: StatusReport): Html | null {
  if (!snapshot) return null;
  const { rows, asOf, lastRead, nextReadAt, version } = snapshot;
  return html`
    <dl>
      <div><dt>Customers</dt><dd>${withCommas(rows)}</dd></div>
      <div><dt>Read</dt><dd>${lastRead === 'FULL' ? 'the whole list' : 'what had changed'}, ${momentOf(asOf)}</dd></div>
      <div><dt>Read again</dt><dd>${nextReadAt === null || nextReadAt <= at ? 'as soon as somebody asks' : `in ${inWords(nextReadAt - at)}, if somebody asks`}</dd></div>
      <div><dt>Snapshot</dt><dd><code>${version}</code></dd></div>
    </dl>`;
}

function describeFailure({ code, message, firstAt, lastAt, times }: PastFailure, now: number): Html {
  return html`
    <li>
      <p><code>${code}</code>${times > 1 && html` <span class="times">${times} times</span>`}</p>
      <p>${message}</p>
      <p class="quiet"><time datetime="${new Date(lastAt).toISOString()}">${inWords(now - lastAt)} ago</time>${times > 1 && `, first ${inWords(now - firstAt)} ago`}</p>
    </li>`;
}

const states = {
  HONOURED: { mark: '✓', word: 'seen to work' },
  IGNORED: { mark: '✕', word: 'ignored' },
  UNKNOWN: { mark: '?', word: 'not seen yet' },
} as const;

function describeCapabilities(capabilities: Capabilities | null): Html {
  const { updateAsOf = 'UNKNOWN', includeInactive = 'UNKNOWN' } = capabilities ?? {};
  const list = [
    ['updateAsOf', 'Changes are read alone, which is quicker', updateAsOf],
    ['includeInactive', 'Deactivated customers are read too', includeInactive],
  ] as const;
  return html`<ul class="capabilities">${list.map(([name, meaning, state]) => {
    const { mark, word } = states[state];
    return html`<li class="${state.toLowerCase()}"><span class="mark" aria-hidden="true">${mark}</span>
      <div><code>${name}</code> <span class="quiet">${word}</span><br>${meaning}</div></li>`;
  })}</ul>`;
}
