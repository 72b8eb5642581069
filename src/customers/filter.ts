import { InvalidInput } from './invalid-input.ts';
import { foldCode } from './text.ts';

/** What rows must satisfy; every member that is given must hold. */
export type CustomerFilter = {
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly code?: string;
  readonly codes?: readonly string[];
  /** LIKE, see {@link createLike}. */
  readonly name?: string;
  readonly active?: boolean;
  readonly includeInactive?: boolean;
  readonly salesPerson?: string;
  readonly salesPersonId?: string;
  readonly customerType?: string;
  readonly locationId?: string;
  /** `YYYY-MM-DD`, inclusive. */
  readonly updatedSince?: string;
};

/** The widths that Komet documents (komet-api.md 1.1). */
const longestName = 200;
const idPattern = /^\d{1,20}$/;

/**
 * A filter as look-ups want it: ids without leading zeros, codes folded.
 * @throws {InvalidInput} for a name of over 200 characters or an id that is not 1 to 20 digits
 */
export function readFilter(filter: CustomerFilter): CustomerFilter {
  const { id, ids, code, codes, name, salesPersonId, locationId } = filter;
  if (name !== undefined && name.length > longestName) {
    throw new InvalidInput(
      `filter.name has ${name.length} characters; Komet's customer names have at most ${longestName}.`,
    );
  }
  return {
    ...filter,
    ...(id !== undefined && { id: readId(id, 'filter.id') }),
    ...(ids && { ids: ids.map((each) => readId(each, 'filter.ids')) }),
    ...(code !== undefined && { code: foldCode(code) }),
    ...(codes && { codes: codes.map(foldCode) }),
    ...(salesPersonId !== undefined && { salesPersonId: readId(salesPersonId, 'filter.salesPersonId') }),
    ...(locationId !== undefined && { locationId: readId(locationId, 'filter.locationId') }),
  };
}

/** @throws {InvalidInput} naming the argument, when it is not 1 to 20 digits */
export function readId(id: string, argument: string): string {
  if (!idPattern.test(id)) {
    throw new InvalidInput(`${argument} must be 1 to 20 digits, such as "23423"; got ${quote(id)}.`);
  }
  return id.replace(/^0+(?=\d)/, '');
}

const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
