/** Only this tab keeps it, and only for as long as the tab is open. */
const KEY = 'llm-call-log:token';

/** The token that a link to this page brought, which leaves the address at once, or else the one that is kept. */
export function takeToken(): string | null {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const brought = fragment.get('token');
  if (brought !== null) {
    keepToken(brought);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY);
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}
