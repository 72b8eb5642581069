import { builder } from './builder.ts';
import type { Customer, orderDirections, orderFields } from './context.ts';

export const CustomerRef = builder.objectRef<Customer>('Customer').implement({
  description: 'A company that buys through Komet Sales.',
  fields: (t) => ({
    id: t.exposeID('id', { description: "Komet's internal id: up to 20 digits, so never a number." }),
    name: t.exposeString('name', { description: 'The name of the customer.' }),
    code: t.exposeString('code', {
      nullable: true,
      description: 'The short code that the company gave it. Usually unique, but nothing enforces that.',
    }),
    active: t.exposeBoolean('active', { description: 'False once the customer was deactivated.' }),
    salesPerson: t.exposeString('salesPerson', {
      nullable: true,
      description: 'The name of its sales person.',
    }),
    customerType: t.exposeString('customerType', {
      nullable: true,
      description:
        'What kind of buyer it is, such as Retailer or Wholesaler; each company has its own kinds.',
    }),
    salesPersonId: t.exposeID('salesPersonId', {
      nullable: true,
      description: "Komet's id of the sales person. Older Komet endpoints do not tell it.",
    }),
    accountingCode: t.exposeString('accountingCode', {
      nullable: true,
      description: 'Its code in the accounting system. Older Komet endpoints do not tell it.',
    }),
    updatedOn: t.field({
      type: 'DateTime',
      nullable: true,
      resolve: ({ updatedOn }) => updatedOn,
      description: 'When it was last changed in Komet, read as UTC. Older Komet endpoints do not tell it.',
    }),
  }),
});

export const CustomerFilter = builder.inputType('CustomerFilter', {
  description: 'Which customers: every member that is given must hold; `null` is as good as not given.',
  fields: (t) => ({
    id: t.id({ description: 'Exactly this id.' }),
    ids: t.idList({ description: 'One of these ids. An empty list matches nobody.' }),
    code: t.string({ description: 'Exactly this code, whatever its case.' }),
    codes: t.stringList({
      description: 'One of these codes, whatever their case. An empty list matches nobody.',
    }),
    name: t.string({
      description:
        'Contained in the name, whatever its case and accents; `%` stands for any run of characters, `_` for ' +
        'any single one, `\\%` and `\\_` for themselves. At most 200 characters.',
    }),
    active: t.boolean({ description: 'Only those that are (or are not) active.' }),
    includeInactive: t.boolean({
      defaultValue: false,
      description: 'Deactivated customers too. Without effect where `active` is given.',
    }),
    salesPerson: t.string({ description: "Exactly this sales person's name, whatever its case." }),
    salesPersonId: t.id({ description: "Exactly this sales person's id." }),
    customerType: t.string({ description: 'Exactly this customer type, whatever its case.' }),
    locationId: t.id({
      description:
        "Of this location (Komet's `location.list` has the ids). Costs one call to Komet per location, then it is kept.",
    }),
    updatedSince: t.field({
      type: 'Date',
      description:
        'Changed on this day (UTC) or later. Nobody matches where Komet does not tell `updatedOn`.',
    }),
  }),
});

const CustomerOrderField = builder.enumType('CustomerOrderField', {
  description: 'What a list of customers can be sorted by.',
  values: {
    NAME: { description: 'By name, ignoring case and accents.' },
    CODE: { description: 'By code, ignoring case; customers without one come last.' },
    ID: { description: 'By id, as a number.' },
    SALES_PERSON: { description: 'By the name of the sales person; customers without one come last.' },
    CUSTOMER_TYPE: { description: 'By customer type; customers without one come last.' },
    UPDATED_ON: { description: 'By the time of the last change; unknown times come last.' },
  } satisfies Record<(typeof orderFields)[number], object>,
});

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'Which way a list runs.',
  values: {
    ASC: { description: 'From small to large, from A to Z, from old to new.' },
    DESC: { description: 'From large to small, from Z to A, from new to old.' },
  } satisfies Record<(typeof orderDirections)[number], object>,
});

export const CustomerOrder = builder.inputType('CustomerOrder', {
  description: 'How a list of customers is sorted; customers that compare equal follow by id.',
  fields: (t) => ({
    field: t.field({
      type: CustomerOrderField,
      required: true,
      defaultValue: 'NAME',
      description: 'What to sort by.',
    }),
    direction: t.field({
      type: OrderDirection,
      required: true,
      defaultValue: 'ASC',
      description: 'Which way.',
    }),
  }),
});

builder.queryFields((t) => ({
  customer: t.field({
    type: CustomerRef,
    nullable: true,
    description: 'The customer with this Komet id, active or not; null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'Up to 20 digits.' }) },
    resolve: (_root, { id }, { customers }) => customers.byId(id),
  }),
  customerByCode: t.field({
    type: CustomerRef,
    nullable: true,
    description:
      'The customer with this code, whatever its case, active or not; null when there is none, an error when several share it.',
    args: { code: t.arg.string({ required: true, description: 'The code.' }) },
    resolve: (_root, { code }, { customers }) => customers.byCode(code),
  }),
  customers: t.field({
    type: [CustomerRef],
    nullable: true,
    description: "As Komet's customer.list: every filter given must hold.",
    args: {
      filter: t.arg({ type: CustomerFilter, description: 'Which customers; all active ones without it.' }),
      orderBy: t.arg({ type: CustomerOrder, description: 'In which order; by name without it.' }),
      limit: t.arg.int({ description: 'At most so many; all without it.' }),
      offset: t.arg.int({ description: 'Leave out so many at the beginning.' }),
    },
    resolve: (_root, args, { customers }) => customers.list(args),
  }),
  customersById: t.field({
    type: [CustomerRef],
    nullable: { list: true, items: true },
    description:
      'In the order of ids, active or not; null for an id that Komet does not have, an error in the place of what ' +
      'cannot be an id. For stitching and batch reads.',
    args: { ids: t.arg.idList({ required: true, description: 'Up to 20 digits each.' }) },
    resolve: (_root, { ids }, { customers }) => customers.manyById(ids) as Promise<(Customer | null)[]>,
  }),
  customersByCode: t.field({
    type: [CustomerRef],
    nullable: { list: true, items: true },
    description:
      'In the order of codes, active or not; null for a code that nobody has, an error in the place of one that several share.',
    args: { codes: t.arg.stringList({ required: true, description: 'Codes, whatever their case.' }) },
    resolve: (_root, { codes }, { customers }) => customers.manyByCode(codes) as Promise<(Customer | null)[]>,
  }),
}));
