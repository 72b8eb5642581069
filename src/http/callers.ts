import { timingSafeEqual } from 'node:crypto';
import { type ApiKey, hashKey } from './api-key.ts';

/** Somebody who may ask; the name is for logs and limits and holds no secret. */
export type Caller = { readonly name: string };

/** Why somebody may not, in a sentence for that person. */
export type Unauthenticated = { readonly message: string };

/** Finds out who sends an `authorization` header. */
export type Identify = (
  authorization: string | undefined,
) => Caller | Unauthenticated | Promise<Caller | Unauthenticated>;

/** The name of whoever does not say. */
export const anonymous = 'anonymous';

/** Whoever may reach the port may ask. */
export const identifyNobody: Identify = () => ({ name: anonymous });

/** Keys are compared as hashes, all of them and in constant time, so that no timing tells how near a guess was. */
export function createKeyIdentification(keys: readonly ApiKey[]): Identify {
  return (authorization) => {
    const key = readBearer(authorization);
    if (key === undefined) return { message: 'Send an API key as "authorization: Bearer KEY".' };
    const hash = hashKey(key);
    let found: ApiKey | undefined;
    for (const each of keys) if (timingSafeEqual(each.hash, hash)) found = each;
    return found ? { name: found.name } : { message: 'This API key is not known here.' };
  };
}

/** JSON Web Tokens, their signature checked against a key set that is fetched and kept. */
export function createTokenIdentification(options: {
  readonly jwksUrl: URL;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}): Identify {
  const { issuer, audience } = options;
  // Only gateways that use it pay for loading it.
  const loading = import('jose').then((jose) => ({
    jose,
    keySet: jose.createRemoteJWKSet(options.jwksUrl, { timeoutDuration: 5_000, cooldownDuration: 30_000 }),
  }));
  return async (authorization) => {
    const token = readBearer(authorization);
    if (token === undefined) return { message: 'Send a JSON Web Token as "authorization: Bearer TOKEN".' };
    const { jose, keySet } = await loading;
    try {
      const { payload } = await jose.jwtVerify(token, keySet, {
        ...(issuer !== undefined && { issuer }),
        ...(audience !== undefined && { audience }),
        requiredClaims: ['exp'],
        algorithms: [
          'RS256',
          'RS384',
          'RS512',
          'PS256',
          'PS384',
          'PS512',
          'ES256',
          'ES384',
          'ES512',
          'EdDSA',
        ],
      });
      return { name: `jwt:${payload.sub ?? 'unnamed'}` };
    } catch (error) {
      return {
        message:
          error instanceof jose.errors.JWTExpired
            ? 'This token has expired.'
            : 'This token is not valid here.',
      };
    }
  };
}

function readBearer(authorization: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization ?? '')?.[1];
}
