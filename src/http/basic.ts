import type { RequestHead } from './admission.ts';

/**
 * What a browser says of itself, in the words of other clients: it can send a name and a password, but neither
 * `authorization: Bearer` nor `x-komet-token`. The password is the key; where callers bring their own Komet
 * token the password is that, and the name is the key.
 *
 * Somebody who follows a link from another site may see the page: that site sees nothing of it, and it changes
 * nothing. All else that other sites send stays refused.
 */
export function readAsBrowser(head: RequestHead, tokenFrom: 'server' | 'client'): RequestHead {
  const login = readLogin(head.header('authorization'));
  const isLink = head.header('sec-fetch-mode') === 'navigate' && head.header('sec-fetch-dest') === 'document';
  const said: Readonly<Record<string, string | undefined>> = {
    ...(login && tokenFrom === 'server' && { authorization: `Bearer ${login.password}` }),
    ...(login &&
      tokenFrom === 'client' && { authorization: `Bearer ${login.name}`, 'x-komet-token': login.password }),
    ...(isLink && { 'sec-fetch-site': 'none' }),
  };
  return { ...head, header: (name) => (Object.hasOwn(said, name) ? said[name] : head.header(name)) };
}

/** A name and a password (RFC 7617). */
function readLogin(authorization: string | undefined): { name: string; password: string } | undefined {
  const [, encoded = ''] = /^Basic +([\w+/=]{1,12000})$/i.exec(authorization ?? '') ?? [];
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
