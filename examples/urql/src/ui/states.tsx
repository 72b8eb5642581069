import { type ReactNode, useEffect, useEffectEvent } from 'react';
import { Blossom } from './blossom.tsx';
import { moment } from './format.ts';
import { isPassing, type Problem, titleOf } from './problems.ts';

/** Says why what is shown may be out of date, as long as it may. */
export function OutageBanner({
  problem,
  asOf,
}: {
  problem: Problem | undefined;
  asOf: string | null | undefined;
}) {
  return (
    <div role="status">
      {problem && (
        <p className="banner">
          <strong>{titleOf(problem)}.</strong>{' '}
          {asOf ? `You see customers as of ${moment(asOf)}.` : problem.message}
          <code>{problem.code}</code>
        </p>
      )}
    </div>
  );
}

const retryMs = 5_000;

/** In the place of what could not be read. */
export function Failure({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  const retry = useEffectEvent(onRetry);
  const title = titleOf(problem);
  const isWaiting = isPassing(problem);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => retry(), retryMs);
    return () => clearInterval(timer);
  }, [isWaiting]);
  return (
    <div className="state" role="alert">
      <Blossom hue={null} size={56} />
      <h2>{title}</h2>
      <p>
        {problem.message !== `${title}.` && problem.message}{' '}
        {isWaiting && 'It is tried again every few seconds.'}
      </p>
      <p>
        <code>{problem.code}</code>
      </p>
      <button type="button" className="primary" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/** In the place of what there is none of. */
export function Nothing({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="state">
      <Blossom hue={null} size={56} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}
