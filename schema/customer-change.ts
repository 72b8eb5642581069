import { builder } from './builder.ts';
import type { CustomerChange, changeKinds } from './context.ts';
import { CustomerFilter, CustomerRef } from './customer.ts';

const ChangeKind = builder.enumType('CustomerChangeKind', {
  description: 'What happened to a customer.',
  values: {
    CREATED: { description: 'It is new.' },
    UPDATED: { description: 'Something about it is different.' },
    DEACTIVATED: { description: 'It was active and is no more; other fields may differ too.' },
    REACTIVATED: { description: 'It is active again; other fields may differ too.' },
    REMOVED: { description: 'Komet does not list it any more.' },
  } satisfies Record<(typeof changeKinds)[number], object>,
});

const CustomerChangeRef = builder.objectRef<CustomerChange>('CustomerChange').implement({
  description: 'Something that happened to one customer between two readings of the list.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'The place of this change among all: subscribe with it as `after` to go on from here.',
    }),
    kind: t.expose('kind', { type: ChangeKind, description: 'What happened.' }),
    customer: t.expose('customer', {
      type: CustomerRef,
      description: 'The customer as it is now; where it was removed, as it was last seen.',
    }),
    previous: t.expose('previous', {
      type: CustomerRef,
      nullable: true,
      description: 'The customer as it was before; null where it is new.',
    }),
    changedFields: t.stringList({
      description: 'The names of the fields that differ; empty where it is new or was removed.',
      resolve: ({ changedFields }) => [...changedFields],
    }),
  }),
});

builder.subscriptionFields((t) => ({
  customerChanged: t.field({
    type: CustomerChangeRef,
    description:
      'Customers created, updated, deactivated or gone since the subscription began. It is noticed when the list ' +
      'is read, so within the promised staleness.',
    args: {
      filter: t.arg({
        type: CustomerFilter,
        description: 'Which customers, before or after the change; all active ones without it.',
      }),
      after: t.arg.id({
        description:
          'Go on after this change, without a gap; an SSE client may send it as `last-event-id` instead.',
      }),
    },
    subscribe: (_root, args, { customers }) => customers.changes(args),
    resolve: (change) => change,
  }),
}));
