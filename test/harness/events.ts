/** One server-sent event. */
export type ServerSentEvent = {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
};

/** A subscription over server-sent events, as a browser would hold it; pings are left out. */
export async function subscribe(
  url: string,
  query: string,
  headers: Record<string, string> = {},
): Promise<AsyncIterableIterator<ServerSentEvent> & { readonly status: number; close(): void }> {
  const abort = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  async function* read(): AsyncGenerator<ServerSentEvent, void> {
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line) => {
            const [name = '', ...rest] = line.split(':');
            return [name, rest.join(':').trim()] as const;
          }),
        );
        const event = fields.get('event');
        if (event) yield { event, id: fields.get('id'), data: fields.get('data') ?? '' };
      }
    }
  }
  return Object.assign(read(), { status: response.status, close: () => abort.abort() });
}

/** The next `count` events' data, parsed. */
export async function take(events: AsyncIterator<ServerSentEvent>, count: number) {
  const taken: { id: string | undefined; body: Record<string, unknown> }[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) throw new Error(`the stream ended after ${taken.length} of ${count} events`);
    taken.push({ id: value.id, body: value.data ? JSON.parse(value.data) : {} });
  }
  return taken;
}
