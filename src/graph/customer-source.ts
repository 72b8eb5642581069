import DataLoader from 'dataloader';
import type {
  CustomerConnection,
  CustomerFilterInput,
  CustomerOrderInput,
  CustomerSource,
} from '../../schema/context.ts';
import { createCursor, cutPage, readCount } from '../customers/connection.ts';
import type { Customers } from '../customers/customers.ts';
import { countFacets } from '../customers/facets.ts';
import { type CustomerFilter, readFilter, readId } from '../customers/filter.ts';
import { InvalidInput } from '../customers/invalid-input.ts';
import { byName } from '../customers/order.ts';
import type { Demand } from '../customers/plan.ts';
import type { CustomerAnswer, CustomerQuery } from '../customers/query.ts';
import { foldCode } from '../customers/text.ts';
import type { Customer } from '../komet/customer.ts';
import { type Journal, note } from './journal.ts';

/**
 * What the resolvers of one request ask for goes through one DataLoader: all that one tick wants, in any
 * number of fields and aliases, is one batch and so one plan.
 */
export function createCustomerSource(customers: Customers, demand: Demand, journal: Journal): CustomerSource {
  const queries = new DataLoader<CustomerQuery, CustomerAnswer, string>(
    async (batch) => {
      const answering = customers.answer(batch, demand);
      journal.batches.push(answering);
      const answered = await answering;
      note(journal, answered);
      return answered.answers;
    },
    { name: 'customers', cacheKeyFn: (query) => JSON.stringify(query) },
  );

  async function matching(filter: CustomerFilterInput | null | undefined, order: CustomerOrderInput) {
    const rows = await queries.load({ by: 'filter', filter: readFilter(withoutNulls(filter)), order });
    return rows as readonly Customer[];
  }

  return {
    byId: async (id) => only(await queries.load({ by: 'id', ids: [readId(id, 'id')] })),
    byCode: async (code) => only(await queries.load({ by: 'code', codes: [foldCode(code)] })),
    manyById: async (ids) =>
      withoutErrors(await queries.load({ by: 'id', ids: ids.map((id) => readId(id, 'ids')) })),
    manyByCode: async (codes) => queries.load({ by: 'code', codes: codes.map(foldCode) }),
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
  };
}

function only([answer = null]: CustomerAnswer): Customer | null {
  if (answer instanceof InvalidInput) throw answer;
  return answer;
}

/** Ids are unique, so their answers hold no errors. */
const withoutErrors = (answer: CustomerAnswer) => answer as readonly (Customer | null)[];

/** `null` and absent mean the same in a filter. */
function withoutNulls(filter: CustomerFilterInput | null | undefined): CustomerFilter {
  return Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value != null));
}
