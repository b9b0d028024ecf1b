import { err, ok, type Result } from '../../kernel/result.ts';

/** Where a gateway stands, and under which names it is reached. */
export interface Place {
  /** Host names (with port) under which this gateway is reached; anything else may be a rebound name. */
  readonly hosts: readonly string[];
  /** Behind TLS, ours or a proxy's: the cookie gets its prefix and is never sent in the clear. */
  readonly secure: boolean;
  /** The caller's address is what the proxy says of it. */
  readonly behindProxy: boolean;
  /** Start of every link to a page, without a slash at its end. */
  readonly url: string;
}

export interface Standing {
  /** Address to listen on. */
  readonly host: string;
  /** We have a certificate. */
  readonly tls: boolean;
  /** Somebody else has, and only they reach this port. */
  readonly behindProxy: boolean;
  /** How people reach it, where that is not this address. */
  readonly publicUrl?: string;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Why a gateway must not stand there; undefined: it may. Passwords never cross a network in the clear. */
export function unsafe({ host, tls, behindProxy, publicUrl }: Standing): string | undefined {
  if (tls && behindProxy) return 'either --tls-cert or --behind-proxy: a proxy has the certificate, or we have';
  if (!LOOPBACK.has(host) && !tls && !behindProxy) {
    return `--host ${host}: without TLS only this machine may reach the gateway; give --tls-cert and --tls-key, or --behind-proxy when a proxy with TLS stands before it`;
  }
  const url = publicUrl === undefined ? undefined : parseUrl(publicUrl);
  if (publicUrl !== undefined && url === undefined) {
    return `--public-url ${publicUrl}: write scheme and host, such as https://fairlead.example.com`;
  }
  if (url?.protocol === 'http:' && (tls || behindProxy)) return `--public-url ${publicUrl}: must begin with https`;
  if (url?.protocol === 'https:' && !tls && !behindProxy) {
    return `--public-url ${publicUrl}: who answers with TLS there? give --behind-proxy, or --tls-cert and --tls-key`;
  }
  if (url === undefined && (behindProxy || EVERYWHERE.has(host))) {
    return '--public-url says under which name people reach the gateway, such as https://fairlead.example.com; other names are refused';
  }
  return undefined;
}

/** The place of a gateway that listens on `port`. */
export function placeOf(standing: Standing, port: number): Result<Place, string> {
  const fault = unsafe(standing);
  if (fault !== undefined) return err(fault);
  const { host, tls, behindProxy, publicUrl } = standing;
  const secure = tls || behindProxy;
  const scheme = secure ? 'https' : 'http';
  const url = publicUrl === undefined ? undefined : parseUrl(publicUrl);
  const local = LOOPBACK.has(host) ? ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`) : [];
  const bound = EVERYWHERE.has(host) ? [] : [`${bracketed(host)}:${port}`];
  const given = url === undefined ? [] : [url.host];
  const hosts = [
    ...new Set([...given, ...bound, ...local].flatMap((each) => [each, withoutDefaultPort(each, scheme)])),
  ];
  return ok({ hosts, secure, behindProxy, url: url?.origin ?? `${scheme}://${bound[0] ?? ''}` });
}

function parseUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return isPlain && (url.protocol === 'https:' || url.protocol === 'http:') ? url : undefined;
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host.toLowerCase());

/** Browsers leave out the port that goes without saying. */
const withoutDefaultPort = (host: string, scheme: 'http' | 'https'): string =>
  host.replace(scheme === 'https' ? /:443$/ : /:80$/, '');
