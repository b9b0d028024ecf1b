import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';

/** Where Prometheus is and who we are to it. Files are named, not read: what stands in them is replaced while we run. */
export interface PrometheusSettings {
  /** With a path where it stands behind one, without user and password. */
  readonly url: string;
  readonly token?: string;
  readonly tokenFile?: string;
  /** `user:password` of basic authentication. */
  readonly basic?: string;
  /** Certificate authorities to trust instead of the system's, PEM. */
  readonly caFile?: string;
  /** Rates and quantiles are taken over this time. */
  readonly windowMs: number;
}

/** The token file is read at every call; the authority's file at first, and again when a certificate was not accepted. */
export class PrometheusAccess {
  readonly #settings: PrometheusSettings;
  #agent: http.Agent | undefined;

  constructor(settings: PrometheusSettings) {
    this.#settings = settings;
  }

  get url(): string {
    return this.#settings.url;
  }

  /** Rejects with an Error whose message says what could not be read. */
  async route(): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly agent: http.Agent }> {
    const { token, tokenFile, basic } = this.#settings;
    const bearer = tokenFile === undefined ? token : await firstLine(tokenFile);
    const authorization =
      bearer === undefined ? basic && `Basic ${Buffer.from(basic).toString('base64')}` : `Bearer ${bearer}`;
    this.#agent ??= await this.#connections();
    return { headers: authorization ? { authorization } : {}, agent: this.#agent };
  }

  /** The next call trusts what stands in the authority's file then. */
  renew(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  async #connections(): Promise<http.Agent> {
    const { url, caFile } = this.#settings;
    const common = { keepAlive: true, maxSockets: 8 };
    if (!url.startsWith('https:')) return new http.Agent(common);
    return new https.Agent({ ...common, ...(caFile !== undefined && { ca: await textOf(caFile) }) });
  }
}

async function firstLine(file: string): Promise<string> {
  const token = (await textOf(file)).split(/\r?\n/)[0]?.trim() ?? '';
  if (token === '') throw new Error(`${file} has no first line: a token was expected there`);
  return token;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${codeOf(error) ?? 'unreadable'})`);
  }
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;
