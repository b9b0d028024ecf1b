import { z } from 'zod';
import type { PrometheusSettings } from './adapters/prometheus/access.ts';
import { err, ok, type Result } from './kernel/result.ts';
import { formatDuration, parseDuration } from './schema/units.ts';

const DEFAULT_WINDOW_MS = 60_000;
const WINDOWS = { least: 10_000, most: 600_000 };
const OTHERS = [
  'FAIRLEAD_PROMETHEUS_TOKEN',
  'FAIRLEAD_PROMETHEUS_TOKEN_FILE',
  'FAIRLEAD_PROMETHEUS_CA_FILE',
  'FAIRLEAD_PROMETHEUS_WINDOW',
] as const;

/** A token's and an authority's file are read while we run, since they are replaced; so only their names are settings. */
export const PROMETHEUS_VARIABLES = {
  FAIRLEAD_PROMETHEUS_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('a Prometheus that is asked before the metrics APIs of the cluster'),
  FAIRLEAD_PROMETHEUS_TOKEN: z.string().optional().describe('bearer token for it'),
  FAIRLEAD_PROMETHEUS_TOKEN_FILE: z
    .string()
    .optional()
    .describe('file with that token, read again when it is replaced'),
  FAIRLEAD_PROMETHEUS_CA_FILE: z.string().optional().describe('certificate authority of it, PEM; with https alone'),
  FAIRLEAD_PROMETHEUS_WINDOW: z
    .string()
    .optional()
    .describe(
      `over how long rates are taken: ${formatDuration(WINDOWS.least)} to ${formatDuration(WINDOWS.most)} (default: ${formatDuration(DEFAULT_WINDOW_MS)})`,
    ),
};

type Values = { readonly [Variable in keyof typeof PROMETHEUS_VARIABLES]?: string | undefined };

/** `values` as PROMETHEUS_VARIABLES read them; undefined: no Prometheus is set up. Quotes no value that may be a secret. */
export function prometheusSettings(values: Values): Result<PrometheusSettings | undefined, string> {
  const {
    FAIRLEAD_PROMETHEUS_URL: given,
    FAIRLEAD_PROMETHEUS_TOKEN: token,
    FAIRLEAD_PROMETHEUS_TOKEN_FILE: tokenFile,
    FAIRLEAD_PROMETHEUS_CA_FILE: caFile,
    FAIRLEAD_PROMETHEUS_WINDOW: window,
  } = values;
  if (given === undefined) {
    const alone = OTHERS.find((variable) => values[variable] !== undefined);
    return alone === undefined
      ? ok(undefined)
      : err(`${alone} is set and no address: set FAIRLEAD_PROMETHEUS_URL, such as http://prometheus.monitoring:9090`);
  }
  const url = new URL(given);
  const basic = url.username === '' ? undefined : `${decoded(url.username)}:${decoded(url.password)}`;
  const ways = [
    ...(basic === undefined ? [] : ['a user in FAIRLEAD_PROMETHEUS_URL']),
    ...(token === undefined ? [] : ['FAIRLEAD_PROMETHEUS_TOKEN']),
    ...(tokenFile === undefined ? [] : ['FAIRLEAD_PROMETHEUS_TOKEN_FILE']),
  ];
  if (ways.length > 1) return err(`${ways.join(' and ')} are both set: one of them says who we are`);
  if (/[^\x21-\x7e]/.test(token ?? ''))
    return err('FAIRLEAD_PROMETHEUS_TOKEN holds what no token has: spaces or line ends');
  if (caFile !== undefined && url.protocol !== 'https:') {
    return err('FAIRLEAD_PROMETHEUS_CA_FILE is set, and FAIRLEAD_PROMETHEUS_URL is no https address');
  }
  const windowMs = window === undefined ? DEFAULT_WINDOW_MS : parseDuration(window);
  if (windowMs === undefined || windowMs < WINDOWS.least || windowMs > WINDOWS.most) {
    const range = `between ${formatDuration(WINDOWS.least)} and ${formatDuration(WINDOWS.most)}`;
    return err(`FAIRLEAD_PROMETHEUS_WINDOW is no duration ${range}; write four times the scrape interval, such as 1m`);
  }
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return ok({
    url: url.href,
    windowMs,
    ...(basic !== undefined && { basic }),
    ...(token !== undefined && { token }),
    ...(tokenFile !== undefined && { tokenFile }),
    ...(caFile !== undefined && { caFile }),
  });
}

export const prometheusSecrets = (settings: PrometheusSettings | undefined): string[] =>
  [settings?.token, settings?.basic?.slice(settings.basic.indexOf(':') + 1)].filter(
    (text) => text !== undefined && text !== '',
  ) as string[];

/** As it is sent: a stray percent sign stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
