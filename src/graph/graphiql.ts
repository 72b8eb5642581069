import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';

/** What GraphiQL opens with. */
const exampleQuery = `# The customers of Komet Sales as a graph.
# Ctrl-Enter runs this, Ctrl-Space completes,
# the book on the left explains every field.

query Welcome {
  customers(
    filter: { name: "rose" }, limit: 3
  ) {
    id
    name
    code
    salesPerson
    customerType
  }
  everyone: customerConnection(first: 0) {
    totalCount
    facets {
      customerType {
        value
        count
      }
    }
  }
  kometStatus {
    ageSeconds
    quota {
      used
      limit
    }
  }
}
`;

/**
 * What a browser may do with the page: run what is in it, and talk to the host it came from. Nothing of any
 * other host is loaded, now or after an update of GraphiQL.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type Page = { readonly gzipped: Uint8Array<ArrayBuffer>; readonly etag: string };

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Shows GraphiQL to a browser that opens the endpoint. The page is 9 MB, so it is rendered for the first who
 * wants it, kept as 2.4 MB of gzip, and asked for again only when it has changed.
 */
export function useGraphiql(): Plugin<object, { readonly isPage?: boolean }> {
  let rendered: Promise<Page> | undefined;
  return {
    async onRequest({ request, serverContext, fetchAPI: { Response }, endResponse }) {
      if (!serverContext?.isPage) return;
      rendered ??= renderPage();
      const { gzipped, etag } = await rendered;
      const headers = {
        etag,
        'cache-control': 'no-cache',
        vary: 'accept, accept-encoding',
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      };
      if (request.headers.get('if-none-match')?.includes(etag)) {
        endResponse(new Response(null, { status: 304, headers }));
      } else if (/\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')) {
        endResponse(new Response(gzipped, { headers: { ...headers, 'content-encoding': 'gzip' } }));
      } else {
        endResponse(new Response(new Uint8Array(await decompress(gzipped)), { headers }));
      }
    },
  };
}

async function renderPage(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'komet-graphql',
    defaultQuery: exampleQuery,
    defaultEditorToolsVisibility: false,
    schemaDescription: true,
  });
  const digest = createHash('sha256').update(html).digest('base64url').slice(0, 22);
  return { gzipped: new Uint8Array(await compress(html)), etag: `"${digest}"` };
}
