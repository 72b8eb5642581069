/** The caller asked for something that cannot be; the message says what to ask instead and is shown. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
}
