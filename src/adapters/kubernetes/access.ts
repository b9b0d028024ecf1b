import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { Result } from '../../kernel/result.ts';
import { type KubeconfigOptions, type LoadedConfig, loadKubeconfig, words } from './kubeconfig.ts';

/** Everything that a request to the API server needs besides itself. */
export interface Route {
  readonly server: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly agent: http.Agent;
  /** `user:password` of basic authentication. */
  readonly auth?: string;
}

/**
 * Who we are to the API server, and over which connections. Tokens are read from their file at every call; `reload` reads
 * everything else (kubeconfig, certificates, CA bundle, exec plugin) again, after the server said 401 or its certificate
 * was not accepted.
 */
export class Access {
  readonly #options: KubeconfigOptions;
  #loaded: LoadedConfig;
  #reloading: Promise<Result<LoadedConfig, string>> | undefined;
  #agents: { readonly key: string; readonly calls: http.Agent; readonly watches: http.Agent } | undefined;

  private constructor(options: KubeconfigOptions, loaded: LoadedConfig) {
    this.#options = options;
    this.#loaded = loaded;
  }

  static async open(options: KubeconfigOptions): Promise<Result<Access, string>> {
    const loaded = await loadKubeconfig(options);
    return loaded.ok ? { ok: true, value: new Access(options, loaded.value) } : loaded;
  }

  get loaded(): LoadedConfig {
    return this.#loaded;
  }

  /** Rejects with an Error whose message says what could not be read. */
  async route(use: 'call' | 'watch'): Promise<Route> {
    const { config, server, tokenFile } = this.#loaded;
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value);
    if (tokenFile !== undefined) headers['Authorization'] = `Bearer ${await readToken(tokenFile)}`;
    const agents = this.#agentsFor(options);
    return {
      server,
      headers,
      agent: use === 'watch' ? agents.watches : agents.calls,
      ...(typeof options.auth === 'string' ? { auth: options.auth } : {}),
    };
  }

  /** Reads everything again; callers that come while it is under way share it. Keeps what there was if it cannot be read. */
  async reload(): Promise<void> {
    this.#reloading ??= loadKubeconfig(this.#options).finally(() => {
      this.#reloading = undefined;
    });
    const loaded = await this.#reloading;
    if (loaded.ok) this.#loaded = loaded.value;
  }

  close(): void {
    this.#agents?.calls.destroy();
    this.#agents?.watches.destroy();
  }

  /** Connections are kept alive, and made anew when the TLS material has changed. */
  #agentsFor(options: https.RequestOptions): { readonly calls: http.Agent; readonly watches: http.Agent } {
    const { ca, cert, key, servername, rejectUnauthorized } = options;
    const identity = [ca, cert, key, servername, rejectUnauthorized].map(String).join('\n');
    if (this.#agents?.key === identity) return this.#agents;
    const calls = this.#agent(options, 16);
    this.#agents = { key: identity, calls, watches: this.#agent(options, Number.POSITIVE_INFINITY) };
    return this.#agents;
  }

  #agent(options: https.RequestOptions, maxSockets: number): http.Agent {
    const { config, server } = this.#loaded;
    if (config.getCurrentCluster()?.proxyUrl && options.agent instanceof http.Agent) return options.agent;
    // Idle connections go before the server's own limit, so that a write does not run into one that is just being closed.
    const common = { keepAlive: true, maxSockets, timeout: 30_000 };
    if (server.protocol === 'http:') return new http.Agent(common);
    const { ca, cert, key, servername, rejectUnauthorized } = options;
    return new https.Agent({
      ...common,
      ...defined({ ca, cert, key, servername, rejectUnauthorized }),
    });
  }
}

function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  return Object.assign(kept, Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)));
}

async function readToken(file: string): Promise<string> {
  let token: string;
  try {
    token = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new Error(`the token file ${file} cannot be read: ${words(error)}`);
  }
  if (token === '') throw new Error(`the token file ${file} is empty`);
  return token;
}
