import { useChanges } from '../changes.ts';
import { customerPath } from '../list-state.ts';
import { Link } from '../router.tsx';
import { wordFor } from './customer-table.tsx';
import { ago, useNow } from './format.ts';

export function LatestChanges() {
  const { latest } = useChanges();
  const now = useNow();
  if (latest.length === 0) return null;
  return (
    <section className="latest" aria-label="Latest changes">
      <h2>Latest changes</h2>
      <ol>
        {latest.map(({ change, at }) => (
          <li key={change.id}>
            <Link href={customerPath(change.customer)}>{change.customer.name}</Link>
            <small>
              {wordFor(change)} {ago(now - at)}
            </small>
          </li>
        ))}
      </ol>
    </section>
  );
}
