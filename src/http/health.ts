import { type Route, sendJson } from './listen.ts';

/** `/health/live`: the process answers. Tells nothing else. */
export const live: Route = (_request, response) => sendJson(response, 200, { status: 'ok' });

/** `/health/ready`: whether requests should be sent here. */
export function createReadiness(isReady: () => boolean): Route {
  return (_request, response) =>
    isReady()
      ? sendJson(response, 200, { status: 'ready' })
      : sendJson(response, 503, { status: 'stopping' });
}
