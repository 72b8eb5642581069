/**
 * What the graph needs of whoever answers it. The graph says here what it wants; `src/` provides it.
 * Arguments come as GraphQL gives them: absent and `null` mean the same.
 */
export type GraphContext = {
  readonly customers: CustomerSource;
  readonly komet: { status(): Promise<KometStatus> };
};

export type Customer = {
  readonly id: string;
  readonly name: string;
  readonly code: string | null;
  readonly active: boolean;
  readonly salesPerson: string | null;
  readonly customerType: string | null;
  readonly salesPersonId: string | null;
  readonly accountingCode: string | null;
  readonly updatedOn: string | null;
};

type Maybe<Value> = Value | null | undefined;

export type CustomerFilterInput = {
  readonly id?: Maybe<string>;
  readonly ids?: Maybe<readonly string[]>;
  readonly code?: Maybe<string>;
  readonly codes?: Maybe<readonly string[]>;
  readonly name?: Maybe<string>;
  readonly active?: Maybe<boolean>;
  readonly includeInactive?: Maybe<boolean>;
  readonly salesPerson?: Maybe<string>;
  readonly salesPersonId?: Maybe<string>;
  readonly customerType?: Maybe<string>;
  readonly locationId?: Maybe<string>;
  readonly updatedSince?: Maybe<string>;
};

export const orderFields = ['NAME', 'CODE', 'ID', 'SALES_PERSON', 'CUSTOMER_TYPE', 'UPDATED_ON'] as const;
export const orderDirections = ['ASC', 'DESC'] as const;

export type CustomerOrderInput = {
  readonly field: (typeof orderFields)[number];
  readonly direction: (typeof orderDirections)[number];
};

export type ListArguments = {
  readonly filter?: Maybe<CustomerFilterInput>;
  readonly orderBy?: Maybe<CustomerOrderInput>;
  readonly limit?: Maybe<number>;
  readonly offset?: Maybe<number>;
};

export type ConnectionArguments = {
  readonly filter?: Maybe<CustomerFilterInput>;
  readonly orderBy?: Maybe<CustomerOrderInput>;
  readonly first?: Maybe<number>;
  readonly after?: Maybe<string>;
  readonly last?: Maybe<number>;
  readonly before?: Maybe<string>;
};

export type CustomerSource = {
  byId: (id: string) => Promise<Customer | null> | Customer | null;
  byCode: (code: string) => Promise<Customer | null> | Customer | null;
  /** In the order of ids; an `Error` in the place of what cannot be an id. */
  manyById(ids: readonly string[]): Promise<readonly (Customer | Error | null)[]>;
  /** In the order of codes; an `Error` in the place of a code that several share. */
  manyByCode(codes: readonly string[]): Promise<readonly (Customer | Error | null)[]>;
  list(args: ListArguments): Promise<readonly Customer[]>;
  connection(args: ConnectionArguments): Promise<CustomerConnection>;
  /** From now on, or from after the change with the id `after` on. */
  changes(args: ChangeArguments): AsyncIterable<CustomerChange>;
};

export type ChangeArguments = {
  readonly filter?: Maybe<CustomerFilterInput>;
  readonly after?: Maybe<string>;
};

export const changeKinds = ['CREATED', 'UPDATED', 'DEACTIVATED', 'REACTIVATED', 'REMOVED'] as const;

export type CustomerChange = {
  readonly id: string;
  readonly kind: (typeof changeKinds)[number];
  readonly customer: Customer;
  readonly previous: Customer | null;
  readonly changedFields: readonly string[];
};

export type CustomerConnection = {
  readonly nodes: readonly Customer[];
  readonly edges: readonly CustomerEdge[];
  readonly pageInfo: PageInfo;
  readonly totalCount: number;
  /** Counted only when asked for. */
  facets(): CustomerFacets;
};

export type CustomerEdge = { readonly cursor: string; readonly node: Customer };

export type PageInfo = {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
};

export type TextCount = { readonly value: string | null; readonly count: number };
export type FlagCount = { readonly value: boolean; readonly count: number };

export type CustomerFacets = {
  readonly customerType: readonly TextCount[];
  readonly salesPerson: readonly TextCount[];
  readonly active: readonly FlagCount[];
};

export const syncKinds = ['FULL', 'DELTA'] as const;
export const capabilityStates = ['UNKNOWN', 'HONOURED', 'IGNORED'] as const;

/** Times in ms since 1970, durations in seconds. */
export type KometStatus = {
  readonly quota: {
    readonly limit: number;
    readonly used: number;
    readonly reserved: number;
    readonly resetsAt: number;
  };
  readonly snapshotVersion: string | null;
  readonly rows: number | null;
  readonly asOf: number | null;
  readonly ageSeconds: number | null;
  readonly maxStalenessSeconds: number;
  readonly lastSync: (typeof syncKinds)[number] | null;
  readonly nextSyncAt: number | null;
  readonly capabilities: {
    readonly updateAsOf: (typeof capabilityStates)[number];
    readonly includeInactive: (typeof capabilityStates)[number];
  } | null;
  readonly lastError: { readonly code: string; readonly message: string; readonly at: number } | null;
};
