import { builder } from './builder.ts';
import type { capabilityStates, KometStatus, syncKinds } from './context.ts';

const SyncKind = builder.enumType('SyncKind', {
  description: 'How the list was read.',
  values: {
    FULL: { description: 'The whole list.' },
    DELTA: { description: 'Only what had changed.' },
  } satisfies Record<(typeof syncKinds)[number], object>,
});

const CapabilityState = builder.enumType('CapabilityState', {
  description: "What Komet's endpoint makes of a parameter.",
  values: {
    UNKNOWN: { description: 'Not seen yet.' },
    HONOURED: { description: 'It was seen to work.' },
    IGNORED: { description: 'It was seen to change nothing.' },
  } satisfies Record<(typeof capabilityStates)[number], object>,
});

const KometQuotaRef = builder.objectRef<KometStatus['quota']>('KometQuota').implement({
  description: 'Calls to Komet that this gateway may spend in a UTC day.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'Calls a day.' }),
    used: t.exposeInt('used', { description: 'Calls spent today, failures included.' }),
    reserved: t.exposeInt('reserved', {
      description: 'Calls kept for requests with `cache-control: no-cache`.',
    }),
    resetsAt: t.field({
      type: 'DateTime',
      description: 'When the next day begins.',
      resolve: (quota) => quota.resetsAt,
    }),
  }),
});

const KometCapabilitiesRef = builder
  .objectRef<NonNullable<KometStatus['capabilities']>>('KometCapabilities')
  .implement({
    description: "What Komet's endpoint was seen to do; its documents leave it open.",
    fields: (t) => ({
      updateAsOf: t.expose('updateAsOf', {
        type: CapabilityState,
        description: 'Whether changes can be read alone.',
      }),
      includeInactive: t.expose('includeInactive', {
        type: CapabilityState,
        description: 'Whether deactivated customers can be read.',
      }),
    }),
  });

const KometErrorRef = builder.objectRef<NonNullable<KometStatus['lastError']>>('KometError').implement({
  description: 'A call to Komet that failed.',
  fields: (t) => ({
    code: t.exposeString('code', { description: "As errors' `extensions.code`." }),
    message: t.exposeString('message', { description: "What went wrong, or Komet's own words." }),
    at: t.field({ type: 'DateTime', description: 'When.', resolve: (error) => error.at }),
  }),
});

const KometStatusRef = builder.objectRef<KometStatus>('KometStatus').implement({
  description: "How fresh the data is and what is left of today's Komet quota.",
  fields: (t) => ({
    quota: t.expose('quota', { type: KometQuotaRef, description: "Today's calls." }),
    snapshotVersion: t.exposeString('snapshotVersion', {
      nullable: true,
      description: 'Changes whenever a customer does; null before the list was first read.',
    }),
    rows: t.exposeInt('rows', {
      nullable: true,
      description: 'How many customers are known, inactive ones included.',
    }),
    asOf: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'No answer from the snapshot is older than this.',
      resolve: (status) => status.asOf,
    }),
    ageSeconds: t.exposeFloat('ageSeconds', { nullable: true, description: 'How old that is now.' }),
    maxStalenessSeconds: t.exposeFloat('maxStalenessSeconds', {
      description: 'The promise: how old an answer may be before the list is read again.',
    }),
    lastSync: t.expose('lastSync', {
      type: SyncKind,
      nullable: true,
      description: 'How the list was last read.',
    }),
    nextSyncAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it is read again, if somebody asks then: an idle gateway spends no calls.',
      resolve: (status) => status.nextSyncAt,
    }),
    capabilities: t.expose('capabilities', {
      type: KometCapabilitiesRef,
      nullable: true,
      description: 'What the endpoint was seen to do.',
    }),
    lastError: t.expose('lastError', {
      type: KometErrorRef,
      nullable: true,
      description: 'The last failed call.',
    }),
  }),
});

builder.queryFields((t) => ({
  kometStatus: t.field({
    type: KometStatusRef,
    description: "How fresh the data is and what is left of today's Komet quota. Asking costs no call.",
    resolve: (_root, _args, { komet }) => komet.status(),
  }),
}));
