// Who is signed in. The token lives as long as the tab: never in a cookie, never in the address.

const KEY = 'muster.token';

/** The part of the address that says what is shown; `#token=` is taken out of it at once. */
export function readAddress() {
  const shown = new URLSearchParams(location.hash.slice(1));
  const token = shown.get('token');
  if (token) {
    shown.delete('token');
    keepToken(token);
    writeAddress(shown, { replace: true });
  }
  return shown;
}

export function writeAddress(shown, { replace = false } = {}) {
  const hash = shown.toString();
  const address = location.pathname + location.search + (hash ? `#${hash}` : '');
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
}

export const keepToken = (token) => sessionStorage.setItem(KEY, token.trim());
export const token = () => sessionStorage.getItem(KEY);
export const forgetToken = () => sessionStorage.removeItem(KEY);
