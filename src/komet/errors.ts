/** What can go wrong between this gateway and Komet, each once. */
export type KometErrorCode =
  | 'KOMET_REJECTED'
  | 'KOMET_UNAUTHORIZED'
  | 'KOMET_UNAVAILABLE'
  | 'KOMET_TIMEOUT'
  | 'KOMET_BAD_RESPONSE'
  | 'KOMET_QUOTA_EXHAUSTED';

/**
 * A failed exchange with Komet.
 *
 * `message` is for logs and never holds the URL, the token or a row. `kometMessage` is Komet's own
 * wording (at most 500 characters, token redacted), `retryAt` the time in ms since 1970 before which
 * another try is pointless, where Komet named one. `isTransient`: the same call may well succeed in a moment.
 */
export class KometError extends Error {
  override readonly name = 'KometError';
  readonly code: KometErrorCode;
  readonly kometMessage: string | undefined;
  readonly retryAt: number | undefined;
  readonly isTransient: boolean;

  constructor(
    code: KometErrorCode,
    message: string,
    details: {
      readonly cause?: unknown;
      readonly kometMessage?: string;
      readonly retryAt?: number;
      readonly isTransient?: boolean;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.kometMessage = details.kometMessage;
    this.retryAt = details.retryAt;
    this.isTransient = details.isTransient ?? false;
  }
}
