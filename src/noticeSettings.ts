import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { err, ok, type Result } from './kernel/result.ts';

/** One place that notices about approvals can go to. A webhook is signed with its secret. */
export interface RouteSettings {
  readonly url: string;
  readonly secret?: string;
}

export interface NoticeSettings {
  /** `redis://` or `rediss://`; absent: timers of the process. */
  readonly redis?: string;
  /** By the names that blueprints use, such as `slack:#payments-ops`. */
  readonly routes: Readonly<Record<string, RouteSettings>>;
  /** Routes of approver groups. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** Variables that may be given as NAME_FILE: the first line of that file is the value, as Kubernetes mounts a Secret. */
export const SECRET_VARIABLES = [
  'FAIRLEAD_ALERT_WEBHOOK_URL',
  'FAIRLEAD_ALERT_WEBHOOK_SECRET',
  'FAIRLEAD_SLACK_WEBHOOK_URL',
  'FAIRLEAD_MODEL_KEY',
  'FAIRLEAD_PROMETHEUS_URL',
  'REDIS_URL',
] as const;

export const NOTICE_VARIABLES = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe('Redis behind the notices about approvals, `redis://` or `rediss://`; none: timers of the process'),
  FAIRLEAD_ROUTES_FILE: z.string().optional().describe('YAML file with the routes that blueprints name, and of groups'),
};

const MOST_BYTES = 256 * 1024;
const httpUrl = z.url({ protocol: /^https?$/, error: 'is no http or https address' });
const routeName = z.string().regex(/^(slack|webhook):[A-Za-z0-9#@._-]{1,100}$/);
const Routes = z.strictObject({
  routes: z.record(
    routeName,
    z.strictObject({
      url: httpUrl,
      secret: z.string().min(16, 'needs at least 16 characters, such as from: openssl rand -hex 32').exactOptional(),
    }),
  ),
  groups: z.record(z.string().max(63), z.array(routeName).max(8)).optional(),
});

/** Puts in what stands in files. The error names variable and file, and nothing that stands in it. */
export function withSecretFiles(env: Readonly<Record<string, string | undefined>>): Result<typeof env, string> {
  const found: Record<string, string> = {};
  for (const variable of SECRET_VARIABLES) {
    const file = env[`${variable}_FILE`];
    if (file === undefined) continue;
    if (env[variable] !== undefined) return err(`${variable} and ${variable}_FILE are both set: give one of them`);
    const text = textOf(file);
    if (!text.ok) return err(`${variable}_FILE: ${text.error}`);
    const value = text.value.split(/\r?\n/)[0]?.trim() ?? '';
    if (value === '') return err(`${variable}_FILE: ${file} has no first line; write the value there`);
    found[variable] = value;
  }
  return ok({ ...env, ...found });
}

/** `values` as NOTICE_VARIABLES read them. */
export function noticeSettings(values: {
  readonly REDIS_URL?: string | undefined;
  readonly FAIRLEAD_ROUTES_FILE?: string | undefined;
}): Result<NoticeSettings, string> {
  const { REDIS_URL: redis, FAIRLEAD_ROUTES_FILE: file } = values;
  const read = file === undefined ? ok({ routes: {}, groups: {} }) : routesIn(file);
  if (!read.ok) return err(`FAIRLEAD_ROUTES_FILE: ${read.error}`);
  return ok({ ...(redis !== undefined && { redis }), ...read.value });
}

/** Addresses and secrets of the routes, and what Redis asks for: nothing of it may be said anywhere. */
export const noticeSecrets = ({ redis, routes }: NoticeSettings): string[] => [
  ...Object.values(routes).flatMap(({ url, secret }) => (secret === undefined ? [url] : [url, secret])),
  ...(redis === undefined ? [] : [redis, passwordIn(redis)].filter((text) => text !== '')),
];

/** As it is sent: a stray percent sign stands for itself. */
function passwordIn(url: string): string {
  const { password } = new URL(url);
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

function routesIn(file: string): Result<Pick<NoticeSettings, 'routes' | 'groups'>, string> {
  const text = textOf(file);
  if (!text.ok) return text;
  let document: unknown;
  try {
    document = parse(text.value, { maxAliasCount: 0 });
  } catch {
    return err(`${file} is no YAML; write routes: and under it names such as "slack:#payments-ops": { url: ... }`);
  }
  const parsed = Routes.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue?.path.map(String).join(' > ') || 'the document';
    return err(`${file}: ${at}: ${issue?.message ?? 'cannot be read'}`);
  }
  const { routes, groups = {} } = parsed.data;
  const unsigned = Object.entries(routes).find(([name, { secret }]) => name.startsWith('webhook:') && !secret);
  if (unsigned !== undefined) return err(`${file}: ${unsigned[0]}: a webhook is signed or not used; give it a secret`);
  const strange = Object.entries(groups).flatMap(([group, names]) =>
    names.flatMap((name) => (Object.hasOwn(routes, name) ? [] : [`${group}: ${name}`])),
  );
  if (strange.length > 0) return err(`${file}: groups > ${strange[0]} is not among the routes of this file`);
  return ok({ routes, groups });
}

function textOf(file: string): Result<string, string> {
  try {
    const text = readFileSync(file);
    return text.length > MOST_BYTES ? err(`${file} is larger than 256 kB`) : ok(text.toString());
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return err(`${file} cannot be read (${code})`);
  }
}
