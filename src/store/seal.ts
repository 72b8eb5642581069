import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { constants, createDeflateRaw, inflateRaw } from 'node:zlib';

/**
 * A sealed blob: magic (4 bytes) · salt (16) · nonce (12) · tag (16) · AES-256-GCM of the deflated content.
 * The key is derived from the Komet token, so a stolen file is of no use without it; magic and name are
 * authenticated, so that a file under another name or of another format does not open.
 */
const magic = Buffer.from('KGS1');
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = magic.length + saltBytes + nonceBytes + tagBytes;

const decompress = promisify(inflateRaw);

/** What a token's data is called wherever it is kept or counted: nothing that leads back to the token. */
export function createTenantName(token: string, baseUrl: string): string {
  return createHmac('sha256', token).update(`komet-graphql tenant ${baseUrl}`).digest('hex').slice(0, 32);
}

/** Compresses, encrypts and authenticates content under a name; its pieces are let go one by one. */
export async function seal(
  token: string,
  name: string,
  content: AsyncIterable<string> | Iterable<string>,
): Promise<Uint8Array> {
  const compressor = createDeflateRaw({ level: constants.Z_BEST_SPEED });
  const deflated = await buffer(Readable.from(content).pipe(compressor));
  const salt = randomBytes(saltBytes);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(token, salt), nonce);
  cipher.setAAD(Buffer.concat([magic, Buffer.from(name)]));
  const encrypted = Buffer.concat([cipher.update(deflated), cipher.final()]);
  return Buffer.concat([magic, salt, nonce, cipher.getAuthTag(), encrypted]);
}

/**
 * Opens what {@link seal} made with the same token and name.
 * @throws {Error} when it is damaged, of another token, name or format
 */
export async function unseal(token: string, name: string, blob: Uint8Array): Promise<Uint8Array> {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  if (bytes.length < headBytes || !bytes.subarray(0, magic.length).equals(magic)) {
    throw new Error('it is not of this format');
  }
  const salt = bytes.subarray(magic.length, magic.length + saltBytes);
  const nonce = bytes.subarray(magic.length + saltBytes, headBytes - tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(token, salt), nonce, {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.concat([magic, Buffer.from(name)]));
  decipher.setAuthTag(bytes.subarray(headBytes - tagBytes, headBytes));
  const deflated = Buffer.concat([decipher.update(bytes.subarray(headBytes)), decipher.final()]);
  return decompress(deflated);
}

function deriveKey(token: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', token, salt, 'komet-graphql seal 1', 32));
}
