import { builder } from './builder.ts';
import type {
  CustomerConnection,
  CustomerEdge,
  CustomerFacets,
  FlagCount,
  PageInfo,
  TextCount,
} from './context.ts';
import { CustomerFilter, CustomerOrder, CustomerRef } from './customer.ts';

const PageInfoRef = builder.objectRef<PageInfo>('PageInfo').implement({
  description: "Where a page lies in its list, as Relay's connection specification has it.",
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether rows follow this page.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether rows come before this page.',
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'The cursor of the first row, for `before`; null on an empty page.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'The cursor of the last row, for `after`; null on an empty page.',
    }),
  }),
});

const CustomerEdgeRef = builder.objectRef<CustomerEdge>('CustomerEdge').implement({
  description: 'A customer in a page, with its place.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'The place of this row in this order. It stays good when other rows come or go.',
    }),
    node: t.expose('node', { type: CustomerRef, description: 'The customer.' }),
  }),
});

const TextCountRef = builder.objectRef<TextCount>('FacetCount').implement({
  description: 'How many customers have a value.',
  fields: (t) => ({
    value: t.exposeString('value', { nullable: true, description: 'The value; null for those without one.' }),
    count: t.exposeInt('count', { description: 'How many customers.' }),
  }),
});

const FlagCountRef = builder.objectRef<FlagCount>('ActiveFacetCount').implement({
  description: 'How many customers are, or are not, active.',
  fields: (t) => ({
    value: t.exposeBoolean('value', { description: 'Active or not.' }),
    count: t.exposeInt('count', { description: 'How many customers.' }),
  }),
});

const CustomerFacetsRef = builder.objectRef<CustomerFacets>('CustomerFacets').implement({
  description: 'Counts over all rows that match the filter, the most frequent value first.',
  fields: (t) => ({
    customerType: t.expose('customerType', { type: [TextCountRef], description: 'By customer type.' }),
    salesPerson: t.expose('salesPerson', { type: [TextCountRef], description: 'By sales person.' }),
    active: t.expose('active', { type: [FlagCountRef], description: 'By being active.' }),
  }),
});

const CustomerConnectionRef = builder.objectRef<CustomerConnection>('CustomerConnection').implement({
  description: "A page of customers, as Relay's connection specification has it.",
  fields: (t) => ({
    edges: t.expose('edges', { type: [CustomerEdgeRef], description: 'The customers with their cursors.' }),
    nodes: t.expose('nodes', { type: [CustomerRef], description: 'The customers alone.' }),
    pageInfo: t.expose('pageInfo', { type: PageInfoRef, description: 'Where this page lies.' }),
    totalCount: t.exposeInt('totalCount', {
      description: 'How many customers match the filter, on all pages.',
    }),
    facets: t.field({
      type: CustomerFacetsRef,
      description: 'Counts over all pages.',
      resolve: (connection) => connection.facets(),
    }),
  }),
});

builder.queryFields((t) => ({
  customerConnection: t.field({
    type: CustomerConnectionRef,
    nullable: true,
    description:
      "Cursor pages over the same rows as `customers`: Relay's connection specification, with nodes, totalCount and facets.",
    args: {
      filter: t.arg({ type: CustomerFilter, description: 'Which customers; all active ones without it.' }),
      orderBy: t.arg({ type: CustomerOrder, description: 'In which order; by name without it.' }),
      first: t.arg.int({
        description: 'At most so many from the beginning; 100 where neither `first` nor `last` is given.',
      }),
      after: t.arg.string({ description: 'Only rows after this cursor.' }),
      last: t.arg.int({ description: 'At most so many from the end.' }),
      before: t.arg.string({ description: 'Only rows before this cursor.' }),
    },
    resolve: (_root, args, { customers }) => customers.connection(args),
  }),
}));
