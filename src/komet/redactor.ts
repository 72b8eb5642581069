const redacted = '[redacted]';

/**
 * Returns a function that takes a token out of a foreign text: as it is or percent-encoded (even twice),
 * wholly or in part, in either case, and whatever stands where a URL has the token.
 */
export function createRedactor(token: string): (text: string) => string {
  const forms = [...token].map(formsOf).join('');
  const inText = forms === '' ? undefined : new RegExp(forms, 'gi');
  const inUrl = /(authentication_?token(?:=|%3d|["']?\s*[:=]\s*["']?))[^\s&"'<>]+/gi;
  return (text) => {
    const withoutToken = inText === undefined ? text : text.replace(inText, redacted);
    return withoutToken.replace(inUrl, `$1${redacted}`);
  };
}

function formsOf(character: string): string {
  const bytes = [...Buffer.from(character)]
    .map((byte) => `%(?:25)*${byte.toString(16).padStart(2, '0')}`)
    .join('');
  const literal = character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  return `(?:${literal}|${bytes}${character === ' ' ? '|\\+' : ''})`;
}
