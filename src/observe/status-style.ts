/** Looks for light and dark, for a desk and for a phone. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f5f4f0; --card: #ffffff; --edge: #e2e0d8; --ink: #1c2722; --quiet: #56635c;
  --green: #1f7a4d; --red: #b3261e; --amber: #9a5b00; --track: #e7e6df; --hatch: #b9bdb2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #101412; --card: #191f1c; --edge: #2b332f; --ink: #e7ede9; --quiet: #a2b0a8;
    --green: #4fc58c; --red: #ff8a7a; --amber: #f2b84b; --track: #29312d; --hatch: #55625b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 2.5rem; display: grid; gap: 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; padding: 0 .25rem; }
h1 { font-size: 1.15rem; letter-spacing: -.01em; margin: 0; }
h2 { font-size: 1.05rem; margin: 0 0 .35rem; }
p { margin: 0 0 .5rem; }
.source, .quiet, .label, dt, footer { color: var(--quiet); }
.source { margin: 0; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--edge); border-radius: 14px; padding: 1.25rem 1.5rem; min-width: 0; }
code { font: .9em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
strong { font-weight: 650; }
svg { display: block; max-width: 100%; overflow: visible; }
svg text { fill: var(--ink); }
svg .label { font-size: 12px; fill: var(--quiet); }
.hero { display: grid; grid-template-columns: 11.5rem 1fr; gap: 2rem; align-items: center; padding: 1.75rem; }
.hero h2 { font-size: 1.6rem; letter-spacing: -.02em; display: flex; align-items: center; gap: .6rem; }
.dot { width: .8rem; height: .8rem; border-radius: 50%; background: var(--quiet); }
.fresh .dot { background: var(--green); } .stale .dot { background: var(--red); }
.ring circle { fill: none; stroke: var(--track); }
.ring .left { stroke: var(--green); stroke-linecap: round; }
.ring.stale .track { stroke: var(--red); } .ring.resting .track { stroke: var(--hatch); }
.ring text { text-anchor: middle; }
.ring .number { font-size: 52px; font-weight: 650; letter-spacing: -.03em; }
.ring .unit { font-size: 17px; fill: var(--quiet); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .5rem 1.5rem; margin: .75rem 0 0; }
dt { font-size: .82rem; } dd { margin: 0; }
.quota .track { fill: var(--track); } .quota .spent { fill: var(--green); } .quota .spent.high { fill: var(--amber); }
.hatch { stroke: var(--hatch); stroke-width: 3; }
.now { stroke: var(--ink); stroke-width: 2; } .quota text { font-variant-numeric: tabular-nums; }
.quota .now + .label { fill: var(--ink); font-weight: 600; }
.hours { margin-top: .25rem; }
.hours .good { fill: var(--green); } .hours .bad { fill: var(--red); } .hours .reach { fill: transparent; }
.hours g:hover .good, .hours g:hover .bad { opacity: .75; }
.ground { stroke: var(--hatch); } .midnight { stroke: var(--hatch); stroke-dasharray: 3 3; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .75rem 0 0; padding: 0; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: .45rem; }
.key { width: .8rem; height: .8rem; border-radius: 3px; background: var(--track); border: 1px solid var(--hatch); }
.key.spent { background: var(--green); border-color: var(--green); } .key.bad { background: var(--red); border-color: var(--red); }
.key.kept { background: repeating-linear-gradient(45deg, var(--hatch) 0 2px, transparent 2px 5px); }
.pair { display: grid; grid-template-columns: 1.4fr 1fr; gap: 1rem; }
.failures, .capabilities { list-style: none; margin: .5rem 0 0; padding: 0; display: grid; gap: .85rem; }
.failures p { margin: 0; overflow-wrap: anywhere; } .failures code { color: var(--red); font-weight: 600; }
.times { font-size: .82rem; color: var(--quiet); }
.failures .quiet { font-size: .85rem; }
.capabilities li { display: flex; gap: .75rem; }
.mark { flex: none; width: 1.5rem; height: 1.5rem; border-radius: 50%; display: grid; place-items: center; font-size: .85rem;
  font-weight: 700; color: var(--card); background: var(--quiet); }
.honoured .mark { background: var(--green); } .ignored .mark { background: var(--amber); }
footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem; padding: .25rem .25rem 0; font-size: .85rem; }
footer p { margin: 0; } .lost { color: var(--red); font-weight: 600; }
@media (max-width: 44rem) {
  main { padding: 1rem .75rem 1.5rem; gap: .75rem; }
  section { padding: 1rem; border-radius: 12px; }
  .hero { grid-template-columns: 1fr; gap: 1rem; padding: 1.25rem 1rem; }
  .ring { width: 11rem; margin: 0 auto; }
  .pair { grid-template-columns: 1fr; gap: .75rem; }
  dl { grid-template-columns: 1fr; gap: .35rem; }
  dl div { display: grid; grid-template-columns: 6rem 1fr; align-items: baseline; }
}
`;

/** Brings the page up to date every half a minute, while somebody looks and has nothing marked. */
export const script = `
setInterval(async () => {
  if (document.hidden || !getSelection().isCollapsed) return;
  const lost = (is) => { const word = document.querySelector('.lost'); if (word) word.hidden = !is; };
  try {
    const reply = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (!reply.ok) return lost(true);
    const next = new DOMParser().parseFromString(await reply.text(), 'text/html');
    document.title = next.title;
    document.querySelector('link[rel=icon]').replaceWith(next.querySelector('link[rel=icon]'));
    document.querySelector('main').replaceWith(next.querySelector('main'));
  } catch { lost(true); }
}, 30000);
`;
