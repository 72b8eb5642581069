import type { Customer } from './customer.ts';

export type JsonType = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object' | 'absent';

/** What a reply looked like on the wire, where Komet's documents are silent. Holds no value of a row. */
export type WireObservation = {
  /** Every JSON type that a field had in some row. */
  readonly fields: Readonly<Record<keyof Customer, readonly JsonType[]>>;
  /** Names of row members that no document mentions: the first 20, cut at 50 characters. */
  readonly extraKeys: readonly string[];
  readonly statusType: JsonType;
  readonly hasCustomersKey: boolean;
  /** Komet's word for a success, at most 500 characters, token redacted. */
  readonly message: string;
  /** The reply's `date` header in ms since 1970, `null` when absent or unreadable. */
  readonly serverDate: number | null;
};

export type RowObserver = {
  see(row: object): void;
  readonly fields: WireObservation['fields'];
  readonly extraKeys: readonly string[];
};

const knownFields = [
  'id',
  'name',
  'code',
  'active',
  'salesPerson',
  'customerType',
  'salesPersonId',
  'accountingCode',
  'updatedOn',
] as const satisfies readonly (keyof Customer)[];
const jsonTypes = ['string', 'number', 'boolean', 'null', 'array', 'object', 'absent'] as const;
const maxExtraKeys = 20;

export function jsonTypeOf(value: unknown): JsonType {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'undefined':
      return 'absent';
    default:
      if (value === null) return 'null';
      return Array.isArray(value) ? 'array' : 'object';
  }
}

/** Watches rows go by, cheaply enough to see every one. */
export function createRowObserver(): RowObserver {
  const seen = knownFields.map((name) => ({ name, types: new Set<JsonType>(), last: '' }));
  const extraKeys = new Set<string>();

  function see(row: object): void {
    let known = 0;
    for (const field of seen) {
      const value = (row as Partial<Record<keyof Customer, unknown>>)[field.name];
      if (value !== undefined) known++;
      const type = jsonTypeOf(value);
      if (type === field.last) continue;
      field.last = type;
      field.types.add(type);
    }
    if (extraKeys.size >= maxExtraKeys) return;
    const keys = Object.keys(row);
    if (keys.length !== known) seeExtraKeys(keys);
  }

  function seeExtraKeys(keys: readonly string[]): void {
    for (const key of keys) {
      if (extraKeys.size < maxExtraKeys && !knownFields.some((name) => name === key))
        extraKeys.add(key.slice(0, 50));
    }
  }

  return {
    see,
    get fields() {
      const fields: Partial<Record<keyof Customer, readonly JsonType[]>> = {};
      for (const { name, types } of seen) fields[name] = jsonTypes.filter((type) => types.has(type));
      return fields as WireObservation['fields'];
    },
    get extraKeys() {
      return [...extraKeys];
    },
  };
}
