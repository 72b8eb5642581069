import DataLoader from 'dataloader';
import type {
  CustomerConnection,
  CustomerFilterInput,
  CustomerOrderInput,
  CustomerSource,
} from '../../schema/context.ts';
import type { FeedItem } from '../customers/change-feed.ts';
import type { CustomerChange } from '../customers/changes.ts';
import { createCursor, cutPage, readCount } from '../customers/connection.ts';
import type { Customers } from '../customers/customers.ts';
import { countFacets } from '../customers/facets.ts';
import { type CustomerFilter, readFilter, readId } from '../customers/filter.ts';
import { InvalidInput } from '../customers/invalid-input.ts';
import { byName } from '../customers/order.ts';
import type { Demand } from '../customers/plan.ts';
import type { CustomerAnswer, CustomerQuery } from '../customers/query.ts';
import { createCustomerTest } from '../customers/select.ts';
import { foldCode } from '../customers/text.ts';
import type { Customer } from '../komet/customer.ts';
import { KometError } from '../komet/errors.ts';
import { type Journal, note } from './journal.ts';

/** Where the rows come from. */
export type Rows = {
  load(query: CustomerQuery): Promise<CustomerAnswer>;
  changes(isWanted: (change: CustomerChange) => boolean, after?: string): AsyncIterable<FeedItem>;
};

/**
 * Rows for one request through one DataLoader: all that one tick wants, in any number of fields and aliases,
 * is one batch and so one plan.
 */
export function createBatchedRows(options: {
  readonly customers: Customers;
  readonly demand: Demand;
  readonly journal: Journal;
  /** Where a subscription goes on that a client lost: the `last-event-id` header. */
  readonly lastEventId: string | undefined;
  /** Called before a batch is handed out; what it throws is its answer instead. */
  readonly onAnswered: () => void;
}): Rows {
  const { customers, demand, journal, lastEventId, onAnswered } = options;
  const queries = new DataLoader<CustomerQuery, CustomerAnswer, string>(
    async (batch) => {
      const answering = customers.answer(batch, demand).catch(timeoutAsError);
      journal.batches.push(answering);
      const answered = await answering;
      note(journal, answered);
      onAnswered();
      return answered.answers;
    },
    { name: 'customers', cacheKeyFn: (query) => JSON.stringify(query) },
  );
  return {
    load: (query) => queries.load(query),
    changes: (isWanted, after) => inJournal(customers.changes(isWanted, after ?? lastEventId), journal),
  };
}

/** A caller's time that is up reads as what it is; yoga would take it for a caller who has left. */
function timeoutAsError(error: unknown): never {
  if (!(error instanceof DOMException && error.name === 'TimeoutError')) throw error;
  throw new KometError('KOMET_TIMEOUT', 'the time of the whole request is up');
}

/** What the graph's fields ask for, put together from rows. */
export function createCustomerSource(queries: Rows): CustomerSource {
  async function matching(filter: CustomerFilterInput | null | undefined, order: CustomerOrderInput) {
    const rows = await queries.load({ by: 'filter', filter: readFilter(withoutNulls(filter)), order });
    return rows as readonly Customer[];
  }

  return {
    byId: async (id) => only(await queries.load({ by: 'id', ids: [readId(id, 'id')] })),
    byCode: async (code) => only(await queries.load({ by: 'code', codes: [foldCode(code)] })),
    async manyById(ids) {
      const read = ids.map(readIdOrError);
      const wanted = read.filter((id) => typeof id === 'string');
      const answer = wanted.length === 0 ? [] : await queries.load({ by: 'id', ids: wanted });
      const found = answer.values();
      return read.map((id) => (typeof id === 'string' ? (found.next().value ?? null) : id));
    },
    manyByCode: async (codes) =>
      codes.length === 0 ? [] : queries.load({ by: 'code', codes: codes.map(foldCode) }),
    async list({ filter, orderBy, limit, offset }) {
      const from = readCount(offset, 'offset') ?? 0;
      const count = readCount(limit, 'limit');
      const rows = await matching(filter, orderBy ?? byName);
      return from === 0 && count === undefined
        ? rows
        : rows.slice(from, count === undefined ? undefined : from + count);
    },
    async connection({ filter, orderBy, ...page }) {
      const order = orderBy ?? byName;
      const rows = await matching(filter, order);
      const { nodes, ...position } = cutPage(rows, order, page);
      const edges = nodes.map((node) => ({ cursor: createCursor(node, order), node }));
      return {
        nodes,
        edges,
        pageInfo: {
          ...position,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
        totalCount: rows.length,
        facets: () => countFacets(rows),
      } satisfies CustomerConnection;
    },
    changes({ filter, after }) {
      const wanted = createCustomerTest(readFilterOfChanges(filter));
      const isWanted = ({ customer, previous }: CustomerChange) =>
        wanted(customer) || (previous !== null && wanted(previous));
      return identified(queries.changes(isWanted, after ?? undefined));
    },
  };
}

/** Notes the id of each item for the event that it becomes. */
async function* inJournal(feed: AsyncIterable<FeedItem>, journal: Journal) {
  for await (const item of feed) {
    journal.eventId = item.id;
    yield item;
  }
}

/** The feed as the graph has it. */
async function* identified(feed: AsyncIterable<FeedItem>) {
  for await (const { id, change } of feed) yield { id, ...change };
}

/** @throws {InvalidInput} for a location: a row does not tell it, and a change is only a row */
function readFilterOfChanges(filter: CustomerFilterInput | null | undefined): CustomerFilter {
  const read = readFilter(withoutNulls(filter));
  if (read.locationId === undefined) return read;
  throw new InvalidInput(
    'customerChanged cannot be filtered by locationId; Komet does not tell it of a customer.',
  );
}

/** @throws {InvalidInput} where that is the answer */
export function only([answer = null]: CustomerAnswer): Customer | null {
  if (answer instanceof InvalidInput) throw answer;
  return answer;
}

/** What cannot be an id fails alone, not the list that it stands in. */
function readIdOrError(id: string): string | InvalidInput {
  try {
    return readId(id, 'ids');
  } catch (error) {
    if (error instanceof InvalidInput) return error;
    throw error;
  }
}

/** `null` and absent mean the same in a filter. */
function withoutNulls(filter: CustomerFilterInput | null | undefined): CustomerFilter {
  return Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value != null));
}
