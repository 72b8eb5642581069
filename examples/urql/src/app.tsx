import { useEffect, useRef } from 'react';
import { CustomerList } from './customer-list.tsx';
import { CustomerByCode, CustomerById } from './customer-page.tsx';
import { useFreshness } from './freshness.ts';
import { emptyList, readList } from './list-state.ts';
import { LiveChanges } from './live.tsx';
import { Link, useAddress } from './router.tsx';
import { useConnection } from './sse.ts';
import { Blossom } from './ui/blossom.tsx';
import { FreshnessBadge } from './ui/freshness-badge.tsx';
import { staleBecause } from './ui/problems.ts';
import { OutageBanner } from './ui/states.tsx';

export function App() {
  const { freshness, problem } = useFreshness();
  const outage = problem ?? staleBecause(freshness);
  const { isLive } = useConnection();
  return (
    <LiveChanges>
      <header className="top">
        <Link href="/" className="brand">
          <Blossom hue={355} size={30} />
          <span>Customers</span>
        </Link>
        <FreshnessBadge freshness={freshness} isLive={isLive} isStale={outage !== undefined} />
      </header>
      <OutageBanner problem={outage} asOf={freshness?.asOf} />
      <main data-stale={outage && true}>
        <Page />
      </main>
    </LiveChanges>
  );
}

function Page() {
  const address = useAddress();
  const [path = '/', query = ''] = address.split('?');
  // Where "back to the list" leads: the list as it was left.
  const list = useRef('/');
  useEffect(() => {
    if (path === '/') list.current = address;
  }, [path, address]);

  const [, id] = /^\/customers\/id\/(\d+)$/.exec(path) ?? [];
  if (id !== undefined) return <CustomerById id={id} back={list.current} />;
  const [, code] = /^\/customers\/([^/]+)$/.exec(path) ?? [];
  if (code !== undefined) return <CustomerByCode code={decodeURIComponent(code)} back={list.current} />;
  return <CustomerList list={path === '/' ? readList(query) : emptyList} />;
}
