/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What a list of customers can be sorted by. */
export type CustomerOrderField =
  /** By name, ignoring case and accents. */
  | 'NAME'
  /** By code, ignoring case; customers without one come last. */
  | 'CODE'
  /** By id, as a number. */
  | 'ID'
  /** By the name of the sales person; customers without one come last. */
  | 'SALES_PERSON'
  /** By customer type; customers without one come last. */
  | 'CUSTOMER_TYPE'
  /** By the time of the last change; unknown times come last. */
  | 'UPDATED_ON';

/** Which way a list runs. */
export type OrderDirection =
  /** From small to large, from A to Z, from old to new. */
  | 'ASC'
  /** From large to small, from Z to A, from new to old. */
  | 'DESC';

/** What happened to a customer. */
export type CustomerChangeKind =
  /** It is new. */
  | 'CREATED'
  /** Something about it is different. */
  | 'UPDATED'
  /** It was active and is no more; other fields may differ too. */
  | 'DEACTIVATED'
  /** It is active again; other fields may differ too. */
  | 'REACTIVATED'
  /** Komet does not list it any more. */
  | 'REMOVED';

/** Which customers: every member that is given must hold; `null` is as good as not given. */
export type CustomerFilter = {
  /** Exactly this id. */
  id?: string | null | undefined;
  /** One of these ids. An empty list matches nobody. */
  ids?: Array<string> | null | undefined;
  /** Exactly this code, whatever its case. */
  code?: string | null | undefined;
  /** One of these codes, whatever their case. An empty list matches nobody. */
  codes?: Array<string> | null | undefined;
  /** Contained in the name, whatever its case and accents; `%` stands for any run of characters, `_` for any single one, `\%` and `\_` for themselves. At most 200 characters. */
  name?: string | null | undefined;
  /** Only those that are (or are not) active. */
  active?: boolean | null | undefined;
  /** Deactivated customers too. Without effect where `active` is given. */
  includeInactive?: boolean | null | undefined;
  /** Exactly this sales person's name, whatever its case. */
  salesPerson?: string | null | undefined;
  /** Exactly this sales person's id. */
  salesPersonId?: string | null | undefined;
  /** Exactly this customer type, whatever its case. */
  customerType?: string | null | undefined;
  /** Of this location (Komet's `location.list` has the ids). Costs one call to Komet per location, then it is kept. */
  locationId?: string | null | undefined;
  /** Changed on this day (UTC) or later. Nobody matches where Komet does not tell `updatedOn`. */
  updatedSince?: string | null | undefined;
};

/** How a list of customers is sorted; customers that compare equal follow by id. */
export type CustomerOrder = {
  /** What to sort by. */
  field?: CustomerOrderField;
  /** Which way. */
  direction?: OrderDirection;
};

export type CustomerDetailsFragment = { id: string, name: string, code: string | null, active: boolean, salesPerson: string | null, customerType: string | null, salesPersonId: string | null, accountingCode: string | null, updatedOn: string | null };

export type FreshnessFragment = { asOf: string | null, ageSeconds: number | null, quota: { limit: number, used: number, resetsAt: string }, lastError: { code: string, message: string, at: string } | null };

export type BrowseCustomersQueryVariables = Exact<{
  filter?: CustomerFilter | null | undefined;
  orderBy?: CustomerOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BrowseCustomersQuery = { customerConnection: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ cursor: string, node: { id: string, name: string, code: string | null, active: boolean, salesPerson: string | null, customerType: string | null, salesPersonId: string | null, accountingCode: string | null, updatedOn: string | null } }> } | null };

export type CountCustomersQueryVariables = Exact<{
  matching?: CustomerFilter | null | undefined;
  anyActivity?: CustomerFilter | null | undefined;
  anyType?: CustomerFilter | null | undefined;
  anySalesPerson?: CustomerFilter | null | undefined;
}>;


export type CountCustomersQuery = { matching: { totalCount: number } | null, byActivity: { facets: { active: Array<{ value: boolean, count: number }> } } | null, byType: { facets: { customerType: Array<{ value: string | null, count: number }> } } | null, bySalesPerson: { facets: { salesPerson: Array<{ value: string | null, count: number }> } } | null, kometStatus: { asOf: string | null, ageSeconds: number | null, quota: { limit: number, used: number, resetsAt: string }, lastError: { code: string, message: string, at: string } | null } };

export type ShowCustomerByCodeQueryVariables = Exact<{
  code: string;
}>;


export type ShowCustomerByCodeQuery = { customerByCode: { id: string, name: string, code: string | null, active: boolean, salesPerson: string | null, customerType: string | null, salesPersonId: string | null, accountingCode: string | null, updatedOn: string | null } | null };

export type ShowCustomerQueryVariables = Exact<{
  id: string;
}>;


export type ShowCustomerQuery = { customer: { id: string, name: string, code: string | null, active: boolean, salesPerson: string | null, customerType: string | null, salesPersonId: string | null, accountingCode: string | null, updatedOn: string | null } | null };

export type ShowFreshnessQueryVariables = Exact<{ [key: string]: never; }>;


export type ShowFreshnessQuery = { kometStatus: { asOf: string | null, ageSeconds: number | null, quota: { limit: number, used: number, resetsAt: string }, lastError: { code: string, message: string, at: string } | null } };

export type WatchCustomersSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WatchCustomersSubscription = { customerChanged: { id: string, kind: CustomerChangeKind, changedFields: Array<string>, customer: { id: string, name: string, code: string | null, active: boolean, salesPerson: string | null, customerType: string | null, salesPersonId: string | null, accountingCode: string | null, updatedOn: string | null } } };

export const CustomerDetailsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"salesPerson"}},{"kind":"Field","name":{"kind":"Name","value":"customerType"}},{"kind":"Field","name":{"kind":"Name","value":"salesPersonId"}},{"kind":"Field","name":{"kind":"Name","value":"accountingCode"}},{"kind":"Field","name":{"kind":"Name","value":"updatedOn"}}]}}]} as unknown as DocumentNode<CustomerDetailsFragment, unknown>;
export const FreshnessFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Freshness"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KometStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"ageSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"quota"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"resetsAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastError"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<FreshnessFragment, unknown>;
export const BrowseCustomersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"BrowseCustomers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerOrder"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerConnection"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerDetails"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"salesPerson"}},{"kind":"Field","name":{"kind":"Name","value":"customerType"}},{"kind":"Field","name":{"kind":"Name","value":"salesPersonId"}},{"kind":"Field","name":{"kind":"Name","value":"accountingCode"}},{"kind":"Field","name":{"kind":"Name","value":"updatedOn"}}]}}]} as unknown as DocumentNode<BrowseCustomersQuery, BrowseCustomersQueryVariables>;
export const CountCustomersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CountCustomers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"matching"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"anyActivity"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"anyType"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"anySalesPerson"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"CustomerFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"matching"},"name":{"kind":"Name","value":"customerConnection"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"matching"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}},{"kind":"Field","alias":{"kind":"Name","value":"byActivity"},"name":{"kind":"Name","value":"customerConnection"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"anyActivity"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"facets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"active"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"byType"},"name":{"kind":"Name","value":"customerConnection"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"anyType"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"facets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerType"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"bySalesPerson"},"name":{"kind":"Name","value":"customerConnection"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"anySalesPerson"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"facets"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"salesPerson"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"count"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"kometStatus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Freshness"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Freshness"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KometStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"ageSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"quota"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"resetsAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastError"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<CountCustomersQuery, CountCustomersQueryVariables>;
export const ShowCustomerByCodeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ShowCustomerByCode"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerByCode"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerDetails"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"salesPerson"}},{"kind":"Field","name":{"kind":"Name","value":"customerType"}},{"kind":"Field","name":{"kind":"Name","value":"salesPersonId"}},{"kind":"Field","name":{"kind":"Name","value":"accountingCode"}},{"kind":"Field","name":{"kind":"Name","value":"updatedOn"}}]}}]} as unknown as DocumentNode<ShowCustomerByCodeQuery, ShowCustomerByCodeQueryVariables>;
export const ShowCustomerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ShowCustomer"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerDetails"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"salesPerson"}},{"kind":"Field","name":{"kind":"Name","value":"customerType"}},{"kind":"Field","name":{"kind":"Name","value":"salesPersonId"}},{"kind":"Field","name":{"kind":"Name","value":"accountingCode"}},{"kind":"Field","name":{"kind":"Name","value":"updatedOn"}}]}}]} as unknown as DocumentNode<ShowCustomerQuery, ShowCustomerQueryVariables>;
export const ShowFreshnessDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ShowFreshness"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kometStatus"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Freshness"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Freshness"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"KometStatus"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"asOf"}},{"kind":"Field","name":{"kind":"Name","value":"ageSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"quota"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"resetsAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastError"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]}}]} as unknown as DocumentNode<ShowFreshnessQuery, ShowFreshnessQueryVariables>;
export const WatchCustomersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"WatchCustomers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"customerChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"includeInactive"},"value":{"kind":"BooleanValue","value":true}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"changedFields"}},{"kind":"Field","name":{"kind":"Name","value":"customer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CustomerDetails"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CustomerDetails"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Customer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"active"}},{"kind":"Field","name":{"kind":"Name","value":"salesPerson"}},{"kind":"Field","name":{"kind":"Name","value":"customerType"}},{"kind":"Field","name":{"kind":"Name","value":"salesPersonId"}},{"kind":"Field","name":{"kind":"Name","value":"accountingCode"}},{"kind":"Field","name":{"kind":"Name","value":"updatedOn"}}]}}]} as unknown as DocumentNode<WatchCustomersSubscription, WatchCustomersSubscriptionVariables>;