import type { Plugin } from 'graphql-yoga';
import type { ExplainContext } from './explain.ts';

type Stringified = { stringify?: (result: unknown) => string };

/**
 * Gives each server-sent event of a subscription the id of its change, so that a client that lost its
 * connection can say in `last-event-id` where to go on.
 *
 * Yoga writes `data: ${stringify(result)}` and a blank line, so an `id:` line can follow the data.
 */
export function useEventIds(): Plugin<ExplainContext> {
  return {
    onSubscribe({ args }) {
      const { journal, request } = args.contextValue as ExplainContext & { request: Request };
      if (!request.headers.get('accept')?.includes('text/event-stream')) return undefined;
      return {
        onSubscribeResult: () => ({
          onNext({ result, setResult }) {
            const id = journal.eventId;
            if (id === undefined) return;
            const stringify: Stringified['stringify'] = (body) => `${JSON.stringify(body)}\nid: ${id}`;
            setResult({ ...result, stringify } as typeof result);
          },
        }),
      };
    },
  };
}
