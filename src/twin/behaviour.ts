/**
 * What nobody outside Komet knows about `customer.list`, as switches. The defaults are the documented
 * reading, or the inferred one where nothing is documented (komet-api.md 1.1, 1.2, 1.4, 2.3, 2.4).
 */

/**
 * Which generation of the method is imitated: `v9` is the page this package was seeded with (three filters,
 * six fields), `current` the newest one known (komet-api.md 1.3, stages C and K).
 */
export type TwinProfile = 'v9' | 'current';

export type TwinBehaviour = {
  // ── searching (komet-api.md 1.1) ──

  /** How several filters combine; `first-only` obeys the first of id, name, code, salesPersonId, locationId, updateAsOf. */
  filters: 'and' | 'or' | 'first-only';
  /** What `name` means: `%text%`, `text%`, or the text as the whole pattern with only the caller's own wildcards. */
  like: 'contains' | 'prefix' | 'caller-wildcards';
  /** Whether `%` (any text) and `_` (any one character) in `name` are wildcards. */
  wildcards: boolean;
  /** Whether `e` and `é` differ in `name` and `code`. Only case folding is documented. */
  accentSensitive: boolean;
  /** Whether `name=` is as good as not given, or is searched for as an empty text. */
  blankParameter: 'ignored' | 'literal';
  /** What a non-numeric `id`, `salesPersonId` or `locationId` finds. */
  nonNumericId: 'empty' | 'rejected';
  /** Which spellings of yes (case-insensitive) `includeInactive` understands; `ignored` never looks. */
  includeInactive: 'one' | 'true' | 'both' | 'ignored';
  /** Whether inactive customers are returned when `includeInactive` is not understood or not given. */
  inactiveByDefault: boolean;
  /** Whether `id=` and `code=` find an inactive customer without `includeInactive`. */
  exactFindsInactive: boolean;
  /** `filters` is a company of several locations; `ignored` and `rejected` are the readings for a company of one. */
  locationId: 'filters' | 'ignored' | 'rejected';
  /** What a Vendor token may see; `subset` are the customers whose id ends in 0, 3, 6 or 9. */
  vendorSees: 'everything' | 'subset';
  /** Whether POST is answered too, its parameters taken from the query, a form or a JSON body. */
  post: boolean;
  /** Which value counts when a parameter is given twice. */
  repeatedParameter: 'first' | 'last';
  updateAsOf: 'honoured' | 'ignored';
  /** Minutes east of UTC of the midnight at which the day of `updateAsOf` starts. */
  updateAsOfOffsetMinutes: number;
  /** `inclusive`: on or after the day (documented); `exclusive`: after it. */
  updateAsOfDay: 'inclusive' | 'exclusive';
  /** What an `updateAsOf` that is no date does. */
  badDate: 'rejected' | 'ignored';
  /** The most rows a reply holds; `null` for all. No cap is documented. */
  rowCap: number | null;

  // ── the reply (komet-api.md 1.2, 1.4) ──

  /** `name` ignores case. `shuffled` differs from call to call, reproducibly for one seed. */
  rowOrder: 'name' | 'id' | 'shuffled';
  status: 'string' | 'number' | 'boolean';
  /** `number` writes ids of 20 digits as bare digits, which no double can hold. */
  id: 'string' | 'number';
  active: 'string' | 'number' | 'boolean';
  salesPersonId: 'number' | 'string';
  /** How a value that a customer does not have is written. */
  emptyValue: 'blank' | 'null' | 'absent';
  /** Adds undocumented keys to the envelope and to every row. */
  extraKeys: boolean;
  /** Puts blanks around every text of a row and around the message. */
  surroundingWhitespace: boolean;
  envelopeOrder: 'status-first' | 'status-last';
  /** Minutes east of UTC of the clock that `updatedOn` is written in, which its text does not tell. */
  updatedOnOffsetMinutes: number;
  /** No match: `list` is OK with `[]`, `message` says not found with `[]`, `message-only` leaves `customers` out. */
  emptyResult: 'list' | 'message' | 'message-only';
  notFoundText: string;
  /** Used where the caller accepts it. */
  contentEncoding: 'none' | 'gzip' | 'br' | 'deflate';

  // ── refusals and the quota (komet-api.md 2.2, 2.3, 2.4) ──

  failureCustomers: 'absent' | 'empty-list';
  failureHttpStatus: number;
  badTokenText: string;
  forbiddenMethodText: string;
  badParameterText: string;
  quotaText: string;
  /** `envelope` is status 0 with `quotaText`, `429` and `html503` are HTML pages of a front end. */
  quotaForm: 'envelope' | '429' | 'html503';
  /** Seconds in `Retry-After` of the forms `429` and `html503`; `midnight` counts to the end of the UTC day. */
  quotaRetryAfter: number | 'midnight' | null;
  /** Whether refused and faulty calls are counted against the quota. */
  failedCallsCount: boolean;
};

/** The documented or inferred reading of every switch. The texts are invented: Komet's wording is unknown. */
export const defaultBehaviour: Readonly<TwinBehaviour> = {
  filters: 'and',
  like: 'contains',
  wildcards: true,
  accentSensitive: true,
  blankParameter: 'ignored',
  nonNumericId: 'empty',
  includeInactive: 'both',
  inactiveByDefault: false,
  exactFindsInactive: false,
  locationId: 'filters',
  vendorSees: 'everything',
  post: false,
  repeatedParameter: 'first',
  updateAsOf: 'honoured',
  updateAsOfOffsetMinutes: 0,
  updateAsOfDay: 'inclusive',
  badDate: 'rejected',
  rowCap: null,
  rowOrder: 'name',
  status: 'string',
  id: 'string',
  active: 'string',
  salesPersonId: 'number',
  emptyValue: 'blank',
  extraKeys: false,
  surroundingWhitespace: false,
  envelopeOrder: 'status-first',
  updatedOnOffsetMinutes: 0,
  emptyResult: 'list',
  notFoundText: 'Customers not found.',
  contentEncoding: 'none',
  failureCustomers: 'absent',
  failureHttpStatus: 200,
  badTokenText: 'The authentication token is not valid.',
  forbiddenMethodText: 'The token is not allowed to use customer.list.',
  badParameterText: 'A parameter has a wrong value.',
  quotaText: 'The daily limit of requests was reached.',
  quotaForm: 'envelope',
  quotaRetryAfter: 'midnight',
  failedCallsCount: true,
};
