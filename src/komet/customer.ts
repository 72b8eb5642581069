/**
 * One row of `customer.list` as the gateway knows it (komet-api.md 1.2), whatever the wire said:
 * ids are strings of up to 20 digits, blanks and absent values are `null`, `updatedOn` is read as UTC
 * and written `YYYY-MM-DDTHH:mm:ssZ`.
 */
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
