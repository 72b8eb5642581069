import { type ComponentProps, type MouseEvent, useSyncExternalStore } from 'react';

/** A router in one file: the browser's own history is the state. */

const listeners = new Set<() => void>();
const announce = () => {
  for (const listener of listeners) listener();
};
window.addEventListener('popstate', announce);

function listen(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

const readAddress = () => location.pathname + location.search;

/** Path and query of the page, such as `/customers/ABC` or `/?search=rose`. */
export function useAddress(): string {
  return useSyncExternalStore(listen, readAddress);
}

export function navigate(path: string, { replace = false } = {}): void {
  if (path === readAddress()) return;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  announce();
}

/** A real link, so that it can be copied and opened in a new tab; a plain click stays in the page. */
export function Link({ href, onClick, ...rest }: ComponentProps<'a'> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (event.defaultPrevented || !isPlain) return;
    event.preventDefault();
    navigate(href);
    window.scrollTo(0, 0);
  };
  return <a {...rest} href={href} onClick={follow} />;
}
