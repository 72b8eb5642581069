import { promisify } from 'node:util';
import { brotliCompress, constants, deflate, gzip } from 'node:zlib';
import type { TwinBehaviour } from './behaviour.ts';
import type { Reply } from './reply.ts';

const packers: Record<
  Exclude<TwinBehaviour['contentEncoding'], 'none'>,
  (body: Buffer) => Promise<Buffer>
> = {
  gzip: (body) => promisify(gzip)(body, { level: 5 }),
  deflate: (body) => promisify(deflate)(body, { level: 5 }),
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
};

/** Per body, so that a list that is kept is compressed once. */
const packed = new WeakMap<Buffer, Map<string, Promise<Buffer>>>();

/**
 * The reply as the behaviour compresses it, where the caller accepts that.
 *
 * @param accepts the request's `accept-encoding`
 */
export async function encodeReply(
  reply: Reply,
  encoding: TwinBehaviour['contentEncoding'],
  accepts: string | undefined,
): Promise<Reply> {
  if (encoding === 'none' || reply.headers['content-encoding'] !== undefined) return reply;
  if (!accepted(encoding, accepts)) return reply;
  const forms = packed.get(reply.body) ?? new Map<string, Promise<Buffer>>();
  packed.set(reply.body, forms);
  const body = forms.get(encoding) ?? packers[encoding](reply.body);
  forms.set(encoding, body);
  return {
    ...reply,
    headers: { ...reply.headers, 'content-encoding': encoding, vary: 'accept-encoding' },
    body: await body,
  };
}

function accepted(encoding: string, accepts = ''): boolean {
  return accepts
    .toLowerCase()
    .split(',')
    .map((choice) => choice.trim().split(/\s*;\s*/))
    .some(([name, weight]) => (name === encoding || name === '*') && !/^q=0(\.0*)?$/.test(weight ?? ''));
}
