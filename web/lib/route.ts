/** Where the reader is: `#/approvals/shop/apr-1187?minutes=60`. The part after `#` never leaves the browser, so a one-time link is in no log. */
export interface Place {
  readonly page: string;
  readonly rest: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export function placeOf(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [page = '', ...rest] = path.split('/').map(decoded);
  return { page: page === '' ? 'approvals' : page, rest, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** A link to a page; parts that are names are encoded, empty query values left out. */
export function href(parts: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${encodeURIComponent(key)}=${encodeURIComponent(value)}`],
  );
  return `#/${parts.map(encodeURIComponent).join('/')}${given.length === 0 ? '' : `?${given.join('&')}`}`;
}

/** Only a page of ours is gone back to after a login. */
export const safeReturn = (hash: string | undefined): string =>
  hash !== undefined && /^#\/[A-Za-z0-9%._~/?=&-]*$/.test(hash) && !hash.startsWith('#/login') ? hash : '#/approvals';

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
