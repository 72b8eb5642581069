import type { IncomingMessage, ServerResponse } from 'node:http';
import { renderRefusal, renderStatusPage, statusPageHeaders } from '../observe/status-page.ts';
import { type StatusReport, toJson } from '../observe/status-report.ts';
import type { Admission, Admitted } from './admission.ts';
import { readAsBrowser } from './basic.ts';
import { createSidePage, type SidePage } from './side-pages.ts';

const hints = {
  server: 'Leave the name empty, and give your API key as the password.',
  client: 'Give your API key, if you have one, as the name, and your Komet token as the password.',
} as const;

/**
 * Shows how the caller's customers stand: a page to browsers, JSON to everybody else.
 *
 * @param options.tokenFrom whose Komet token it is: that of the server, or one that each caller brings
 */
export function createStatusListener(options: {
  readonly admit: Admission;
  readonly tokenFrom: 'server' | 'client';
  readonly readReport: (admitted: Admitted) => Promise<StatusReport>;
  readonly onFailure: (error: unknown) => void;
}): (request: IncomingMessage, response: ServerResponse) => void {
  const { admit, tokenFrom, readReport, onFailure } = options;
  const hint = hints[tokenFrom];

  return createSidePage({
    admit,
    wanted: 'customers',
    readHead: (head) => readAsBrowser(head, tokenFrom),
    onFailure,
    refuse: (request, { status, error }) =>
      isForPeople(request)
        ? {
            headers: {
              ...statusPageHeaders,
              ...(status === 401 && {
                'www-authenticate': `Basic realm="komet-graphql. ${hint}", charset="UTF-8"`,
              }),
            },
            body: renderRefusal(error?.message ?? '', status === 401 ? hint : ''),
          }
        : undefined,
    async render(request, admitted): Promise<SidePage> {
      const report = await readReport(admitted);
      return isForPeople(request)
        ? { headers: { ...statusPageHeaders, vary: 'accept' }, body: renderStatusPage(report) }
        : {
            headers: { 'content-type': 'application/json; charset=utf-8', vary: 'accept' },
            body: JSON.stringify(toJson(report)),
          };
    },
  });
}

const isForPeople = ({ headers }: IncomingMessage) => (headers.accept ?? '').includes('text/html');
