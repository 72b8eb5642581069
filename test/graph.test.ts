import { describe, expect, test } from 'vitest';
import { startGateway } from './harness/gateway.ts';

describe('the sample of the documentation', () => {
  test('comes out of version 9 of customer.list as two active customers with ids as strings', async () => {
    await using gateway = await startGateway({ twin: { customers: 2, profile: 'v9' } });
    const { data } = await gateway.query(
      '{ customers { id name code active salesPerson customerType salesPersonId accountingCode updatedOn } }',
    );
    const unknown = { salesPersonId: null, accountingCode: null, updatedOn: null };
    expect(data.customers).toEqual([
      {
        id: '23423',
        name: 'ABC Wholesale',
        code: 'ABC',
        active: true,
        salesPerson: 'Jhon Doe',
        customerType: 'Wholesaler',
        ...unknown,
      },
      {
        id: '25555',
        name: 'DEF Retailer Best',
        code: 'DEF',
        active: true,
        salesPerson: 'Jhon Doe',
        customerType: 'Retailer',
        ...unknown,
      },
    ]);
  });
});

describe('one operation', () => {
  const three =
    '{ a: customer(id: "23423") { name } b: customers(filter: {name: "%retailer%"}) { code } c: customersById(ids: ["25555", "0"]) { id } }';

  test('costs one call on a cold gateway and none on a warm one, whatever it asks for', async () => {
    await using gateway = await startGateway({ twin: { customers: 2, profile: 'v9' } });
    const cold = await gateway.query(three);
    expect(cold.data).toEqual({
      a: { name: 'ABC Wholesale' },
      b: [{ code: 'DEF' }],
      c: [{ id: '25555' }, null],
    });
    expect(gateway.twin.calls).toHaveLength(1);
    expect((await gateway.query(three)).data).toEqual(cold.data);
    expect(gateway.twin.calls).toHaveLength(1);
  });

  test('keeps the siblings of a field that fails', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { data, errors } = await gateway.query(
      '{ bad: customer(id: "12a") { name } good: customer(id: "23423") { name } }',
    );
    expect(data).toEqual({ bad: null, good: { name: 'ABC Wholesale' } });
    expect(errors).toMatchObject([{ path: ['bad'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors?.[0]?.message).toContain('1 to 20 digits');
  });

  test('says what answering took where x-komet-explain asks for it', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const cold = await gateway.query('{ customers { id } }', {}, { 'x-komet-explain': '1' });
    expect(cold.extensions?.['komet']).toMatchObject({
      upstreamCalls: 1,
      source: 'upstream',
      quota: { limit: 1000, used: 1 },
    });
    const warm = await gateway.query('{ customers { id } }', {}, { 'x-komet-explain': '1' });
    expect(warm.extensions?.['komet']).toMatchObject({ upstreamCalls: 0, source: 'snapshot' });
    expect(warm.headers.get('age')).toBe('0');
    expect((await gateway.query('{ customers { id } }')).extensions).toBeUndefined();
  });

  test('may ask for the status beside data and sees that data in it', async () => {
    await using gateway = await startGateway({ twin: { customers: 7 } });
    const { data } = await gateway.query('{ kometStatus { rows lastSync quota { used } } customers { id } }');
    expect(data.kometStatus).toEqual({ rows: 7, lastSync: 'FULL', quota: { used: 1 } });
  });
});

describe('customers', () => {
  test('are filtered by name as LIKE does, whatever case and accents', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    gateway.twin.company.add({ id: '31', name: 'Québec Fleurs', code: 'QF' });
    gateway.twin.company.add({ id: '32', name: '100% Roses', code: 'R100' });
    gateway.twin.company.add({ id: '33', name: 'Łódź Kwiaty' });
    const find = async (name: string) =>
      (
        await gateway.query('query ($name: String) { customers(filter: { name: $name }) { id } }', { name })
      ).data.customers.map(({ id }: { id: string }) => id);
    expect(await find('quebec')).toEqual(['31']);
    expect(await find('QUÉBEC f')).toEqual(['31']);
    expect(await find('lodz')).toEqual(['33']);
    expect(await find('retail')).toEqual(['25555']);
    expect(await find('a_c%sale')).toEqual(['23423']);
    expect(await find('100\\%')).toEqual(['32']);
    expect(await find('100\\%r')).toEqual([]);
    expect(await find('%')).toHaveLength(5);
  });

  test('leave out inactive ones unless asked for, and look-ups by id and code find them', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    gateway.twin.company.deactivate('25555');
    const { data } = await gateway.query(`{
      default: customers { id }
      all: customers(filter: { includeInactive: true }) { id active }
      inactive: customers(filter: { active: false }) { id }
      byId: customer(id: "25555") { active }
      byCode: customerByCode(code: "def") { active }
    }`);
    expect(data.default).toEqual([{ id: '23423' }]);
    expect(data.all).toEqual([
      { id: '23423', active: true },
      { id: '25555', active: false },
    ]);
    expect(data.inactive).toEqual([{ id: '25555' }]);
    expect(data.byId).toEqual({ active: false });
    expect(data.byCode).toEqual({ active: false });
  });

  test('satisfy every filter that is given', async () => {
    await using gateway = await startGateway();
    const { company } = gateway.twin;
    const some = company.customers.find((customer) => customer.active && customer.salesPersonId !== null);
    const filter = {
      salesPerson: some?.salesPerson?.toUpperCase(),
      salesPersonId: some?.salesPersonId,
      customerType: some?.customerType?.toLowerCase(),
      updatedSince: '2024-06-01',
      locationId: null,
    };
    const { data } = await gateway.query(
      'query ($filter: CustomerFilter) { customers(filter: $filter, orderBy: { field: ID }) { id } }',
      { filter },
    );
    const expected = company.customers
      .filter(
        (customer) =>
          customer.active &&
          customer.salesPersonId === some?.salesPersonId &&
          customer.salesPerson === some?.salesPerson &&
          customer.customerType === some?.customerType &&
          customer.updatedOn >= Date.parse('2024-06-01'),
      )
      .map(({ id }) => id)
      .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
    expect(expected.length).toBeGreaterThan(0);
    expect(data.customers.map(({ id }: { id: string }) => id)).toEqual(expected);
  });

  test('of a location cost one call for that location, which is then kept', async () => {
    await using gateway = await startGateway({ twin: { customers: 50 } });
    const locationId = gateway.twin.company.customers.find((customer) => customer.locationIds.length > 0)
      ?.locationIds[0];
    const ask = () =>
      gateway.query('query ($locationId: ID) { customers(filter: { locationId: $locationId }) { id } }', {
        locationId,
      });
    const first = await ask();
    const members = gateway.twin.company.customers.filter(
      (customer) => customer.active && customer.locationIds.includes(locationId ?? ''),
    );
    expect(new Set(first.data.customers.map(({ id }: { id: string }) => id))).toEqual(
      new Set(members.map(({ id }) => id)),
    );
    expect(gateway.twin.calls.map(({ parameters }) => parameters['locationId'])).toEqual([
      undefined,
      locationId,
    ]);
    expect((await ask()).data).toEqual(first.data);
    expect(gateway.twin.calls).toHaveLength(2);
  });

  test('come in the order asked for, rows without a value last, and in slices', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    gateway.twin.company.add({ id: '9', name: 'zeta', code: null });
    gateway.twin.company.add({ id: '10', name: 'Ábaco', code: 'ZZ' });
    const order = async (orderBy: object, slice: object = {}) =>
      (
        await gateway.query(
          'query ($orderBy: CustomerOrder, $limit: Int, $offset: Int) { customers(orderBy: $orderBy, limit: $limit, offset: $offset) { id } }',
          { orderBy, ...slice },
        )
      ).data.customers.map(({ id }: { id: string }) => id);
    expect(await order({ field: 'NAME' })).toEqual(['10', '23423', '25555', '9']);
    expect(await order({ field: 'ID', direction: 'DESC' })).toEqual(['25555', '23423', '10', '9']);
    expect(await order({ field: 'CODE' })).toEqual(['23423', '25555', '10', '9']);
    expect(await order({ field: 'CODE', direction: 'DESC' })).toEqual(['10', '25555', '23423', '9']);
    expect(await order({ field: 'NAME' }, { limit: 2, offset: 1 })).toEqual(['23423', '25555']);
  });

  test('keep all 20 digits of their ids also where Komet sends bare numbers', async () => {
    await using gateway = await startGateway({
      twin: { customers: 2, behaviour: { id: 'number', active: 'number' } },
    });
    gateway.twin.company.add({ id: '12345678901234567890', name: 'Long Stem' });
    const { data } = await gateway.query('{ customer(id: "12345678901234567890") { id name } }');
    expect(data.customer).toEqual({ id: '12345678901234567890', name: 'Long Stem' });
  });
});

describe('look-ups by code', () => {
  test('ignore case, keep the order asked for, and say that several share one', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    gateway.twin.company.add({ id: '31', name: 'One', code: 'Twin' });
    gateway.twin.company.add({ id: '32', name: 'Other', code: 'TWIN' });
    const { data, errors } = await gateway.query(
      '{ customersByCode(codes: ["def", "twin", "none", "ABC"]) { id } customerByCode(code: "tWIN") { id } long: customerByCode(code: "TWENTY-CHARACTER-CODE") { id } }',
    );
    expect(data.customersByCode).toEqual([{ id: '25555' }, null, null, { id: '23423' }]);
    expect(data.customerByCode).toBeNull();
    expect(data.long).toBeNull();
    expect(errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']]).sort()).toEqual([
      ['customerByCode', 'BAD_USER_INPUT'],
      ['customersByCode.1', 'BAD_USER_INPUT'],
    ]);
  });
});

describe('input that cannot be', () => {
  test.each([
    ['a name of 201 characters', { filter: { name: 'x'.repeat(201) } }, '200'],
    ['an id with letters', { filter: { id: 'abc' } }, '1 to 20 digits'],
    ['an id of 21 digits', { filter: { ids: ['1'.repeat(21)] } }, '1 to 20 digits'],
    ['a negative limit', { limit: -1 }, 'limit must be 0 or more'],
    ['a negative offset', { offset: -5 }, 'offset must be 0 or more'],
    ['a day that does not exist', { filter: { updatedSince: '2026-02-30' } }, 'YYYY-MM-DD'],
  ])('%s is refused with a sentence that says what can', async (_what, variables, words) => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { errors } = await gateway.query(
      'query ($filter: CustomerFilter, $limit: Int, $offset: Int) { customers(filter: $filter, limit: $limit, offset: $offset) { id } }',
      variables,
    );
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.message).toContain(words);
    expect(gateway.twin.calls).toHaveLength(0);
  });
});
