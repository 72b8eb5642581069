import DataLoader from 'dataloader';
import { Agent, request } from 'undici';

/** The part of the graph that the benchmark asks for, as every peer with a schema of its own has it. */
export const typeDefs = `
  type Query {
    customer(id: ID!): Customer
    customerByCode(code: String!): Customer
    customers(limit: Int, offset: Int): [Customer!]
  }

  type Customer {
    id: ID!
    name: String!
    code: String
    active: Boolean!
    salesPerson: String
    customerType: String
  }
`;

export type Row = Readonly<Record<string, string | null>>;
export type Page = { readonly limit?: number | null; readonly offset?: number | null };

/** What the parent says: the port to listen on, where customer.list is, and whether to keep answers. */
export const port = Number(process.env['PORT']);
export const upstream = `${process.env['UPSTREAM']}/`;
export const keepsAnswers = process.env['CACHE'] === '1';
/** How long (ms) kept answers count, where they are kept: as long as the gateway promises. */
export const keptForMs = 300_000;

export const token = 'bench';

/** The parameters of a call, its token included. */
export const callFor = (filter: Readonly<Record<string, string>>) =>
  `customer.list?${new URLSearchParams({ authenticationToken: token, ...filter })}`;

const agent = new Agent({ connections: 64, pipelining: 1 });

/** customer.list over connections that are kept. */
export async function listCustomers(filter: Readonly<Record<string, string>> = {}): Promise<Row[]> {
  const { body } = await request(upstream + callFor(filter), { dispatcher: agent });
  return readRows(await body.json());
}

export function readRows(reply: unknown): Row[] {
  const { status, message, customers = [] } = reply as { status: string; message: string; customers?: Row[] };
  if (status !== '1') throw new Error(message);
  return customers;
}

export const cutPage = (rows: readonly Row[], { limit, offset }: Page) =>
  rows.slice(offset ?? 0, limit == null ? undefined : (offset ?? 0) + limit);

/** Komet's texts as the graph's types. */
export const customerFields = {
  active: ({ active }: Row) => active === '1',
  code: ({ code }: Row) => code || null,
  salesPerson: ({ salesPerson }: Row) => salesPerson || null,
  customerType: ({ customerType }: Row) => customerType || null,
};

export type Loaders = ReturnType<typeof createLoaders>;

/** For one request: what is asked for twice is called for once. The method takes one id or code a call. */
export const createLoaders = () => ({
  byId: new DataLoader((ids: readonly string[]) => Promise.all(ids.map((id) => first({ id })))),
  byCode: new DataLoader((codes: readonly string[]) => Promise.all(codes.map((code) => first({ code })))),
});

const first = async (filter: Readonly<Record<string, string>>) => (await listCustomers(filter))[0] ?? null;
