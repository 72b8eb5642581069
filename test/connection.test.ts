import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from './harness/gateway.ts';

const pageQuery = `query ($filter: CustomerFilter, $orderBy: CustomerOrder, $first: Int, $after: String, $last: Int, $before: String) {
  customerConnection(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id }
    edges { cursor node { id } }
  }
}`;

const page = async (gateway: TestGateway, variables: object) =>
  (await gateway.query(pageQuery, variables)).data.customerConnection;
const idsOf = ({ nodes }: { nodes: { id: string }[] }) => nodes.map(({ id }) => id);

describe('customerConnection', () => {
  test('walked forwards or backwards in pages of any size shows what customers shows', async () => {
    await using gateway = await startGateway({ twin: { customers: 60 } });
    const fields = ['NAME', 'CODE', 'ID', 'SALES_PERSON', 'CUSTOMER_TYPE', 'UPDATED_ON'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fields),
        fc.constantFrom('ASC', 'DESC'),
        fc.integer({ min: 1, max: 25 }),
        async (field, direction, size) => {
          const orderBy = { field, direction };
          const whole = await gateway.query(
            'query ($orderBy: CustomerOrder) { customers(orderBy: $orderBy) { id } }',
            { orderBy },
          );
          const expected = whole.data.customers.map(({ id }: { id: string }) => id);
          const forwards: string[] = [];
          for (let after: string | undefined, more = true; more; ) {
            const { nodes, pageInfo } = await page(gateway, { orderBy, first: size, after });
            forwards.push(...idsOf({ nodes }));
            after = pageInfo.endCursor;
            more = pageInfo.hasNextPage;
          }
          const backwards: string[] = [];
          for (let before: string | undefined, more = true; more; ) {
            const { nodes, pageInfo } = await page(gateway, { orderBy, last: size, before });
            backwards.unshift(...idsOf({ nodes }));
            before = pageInfo.startCursor;
            more = pageInfo.hasPreviousPage;
          }
          expect(forwards).toEqual(expected);
          expect(backwards).toEqual(expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('goes on at the right place when customers came and went between two pages', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    for (const [id, name] of [
      ['31', 'B'],
      ['32', 'D'],
      ['33', 'F'],
      ['34', 'H'],
    ] as const) {
      gateway.twin.company.add({ id, name });
    }
    const filter = { ids: ['31', '32', '33', '34', '35', '36'] };
    const first = await page(gateway, { filter, first: 2 });
    expect(idsOf(first)).toEqual(['31', '32']);
    gateway.twin.company.remove('32');
    gateway.twin.company.add({ id: '35', name: 'C' });
    gateway.twin.company.add({ id: '36', name: 'E' });
    const reply = await gateway.query(
      pageQuery,
      { filter, first: 2, after: first.pageInfo.endCursor },
      { 'cache-control': 'no-cache' },
    );
    expect(idsOf(reply.data.customerConnection)).toEqual(['36', '33']);
  });

  test('counts all pages and its facets over them', async () => {
    await using gateway = await startGateway({ twin: { customers: 200 } });
    const { data } = await gateway.query(`{
      customerConnection(filter: { includeInactive: true }, first: 1) {
        totalCount
        facets { customerType { value count } salesPerson { value count } active { value count } }
      }
    }`);
    const { totalCount, facets } = data.customerConnection;
    expect(totalCount).toBe(200);
    const sum = (counts: { count: number }[]) => counts.reduce((total, { count }) => total + count, 0);
    expect([sum(facets.customerType), sum(facets.salesPerson), sum(facets.active)]).toEqual([200, 200, 200]);
    const wholesalers = gateway.twin.company.customers.filter(
      ({ customerType }) => customerType === 'Wholesaler',
    ).length;
    expect(facets.customerType).toContainEqual({ value: 'Wholesaler', count: wholesalers });
    const inactive = gateway.twin.company.customers.filter(({ active }) => !active).length;
    expect(facets.active).toContainEqual({ value: false, count: inactive });
  });

  test('of nothing is an empty page', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    expect(await page(gateway, { filter: { ids: [] } })).toEqual({
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      nodes: [],
      edges: [],
    });
  });

  test.each([
    [{ after: 'nonsense' }, 'after is not a cursor'],
    [{ before: Buffer.from('[1,2,3,4]').toString('base64url') }, 'before is not a cursor'],
    [{ first: -1 }, 'first must be 0 or more'],
    [
      { after: Buffer.from('["NAME","ASC","a","1"]').toString('base64url'), orderBy: { field: 'CODE' } },
      'of the order NAME ASC',
    ],
  ])('refuses %o in plain words', async (variables, words) => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { errors, data } = await gateway.query(pageQuery, variables);
    expect(data.customerConnection).toBeNull();
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.message).toContain(words);
  });
});
