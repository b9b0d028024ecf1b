import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { PrometheusSettings } from './adapters/prometheus/access.ts';
import type { Retention } from './executor/deps.ts';
import { decisionKeep, type JournalFlags, type JournalSettings, journalSettings } from './journalSettings.ts';
import { err, ok, type Result } from './kernel/result.ts';
import {
  MODEL_VARIABLES,
  type ModelSettings,
  type ModelsSettings,
  modelsSettings,
  modelVariableFix,
} from './modelSettings.ts';
import {
  NOTICE_VARIABLES,
  type NoticeSettings,
  noticeSecrets,
  noticeSettings,
  withSecretFiles,
} from './noticeSettings.ts';
import { PROMETHEUS_VARIABLES, prometheusSecrets, prometheusSettings } from './prometheusSettings.ts';

/** Everything the environment can say, besides MODEL_VARIABLES. Flags go before it; nothing else reads the environment. */
export const Environment = z.object({
  ...NOTICE_VARIABLES,
  ...PROMETHEUS_VARIABLES,
  FAIRLEAD_ALERT_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where alerts are posted, signed'),
  FAIRLEAD_ALERT_WEBHOOK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe('what the posted alerts are signed with, at least 16 characters; goes with the address'),
  FAIRLEAD_SLACK_WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('incoming webhook of Slack for alerts'),
  XDG_STATE_HOME: z
    .string()
    .optional()
    .describe(
      'journals and local keys go to `fairlead` in it, unless `--data` names a folder (default: `~/.local/state`)',
    ),
  XDG_CONFIG_HOME: z
    .string()
    .optional()
    .describe('the login at a gateway is kept in `fairlead` in it (default: `~/.config`)'),
  KUBECONFIG: z.string().optional().describe('kubeconfig, where `--kubeconfig` names none'),
  KUBERNETES_SERVICE_HOST: z
    .string()
    .optional()
    .describe(
      "set by Kubernetes in each pod, where the first admin's link is not printed but the command that prints it",
    ),
  NO_COLOR: z.string().optional().describe('set to anything: no colours'),
});

export interface Config {
  /** For roles without one of their own; undefined: no endpoint, the rules planner stands in. */
  readonly model?: ModelSettings;
  readonly models: ModelsSettings;
  /** Where alerts go besides Events, journal and log. */
  readonly alerts: {
    readonly webhook?: { readonly url: string; readonly secret: string };
    readonly slack?: { readonly url: string };
  };
  /** Where approvals are told, and the queue behind that. */
  readonly notices: NoticeSettings;
  /** Where numbers come from first; undefined: from the metrics APIs of Kubernetes alone. */
  readonly prometheus?: PrometheusSettings;
  /** How large a journal file grows, and how long full ones are kept. */
  readonly journals: JournalSettings;
  /** How long Decisions that are over are kept; undefined: as usual. */
  readonly decisions?: Retention;
  /** Journals and local keys. */
  readonly dataDir: string;
  /** What belongs to the person at the prompt: their login at a gateway. */
  readonly configDir: string;
  readonly kubeconfig?: string;
  readonly color: boolean;
  /** What is printed goes into a log of the cluster. */
  readonly inPod: boolean;
  /** Values that must never appear in a prompt, a log or the journal. */
  readonly secrets: readonly string[];
}

export interface ConfigFlags extends JournalFlags {
  readonly data?: string;
  readonly modelUrl?: string;
  readonly model?: string;
}

/** Every problem at once, in words: which variable or flag, what was found, what was expected. */
export function loadConfig(flags: ConfigFlags = {}, env: NodeJS.ProcessEnv = process.env): Result<Config, string> {
  // A manifest sets a variable to nothing where it means that there is none.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const withFiles = withSecretFiles(set);
  if (!withFiles.ok) return withFiles;
  const given = {
    ...withFiles.value,
    ...(flags.modelUrl ? { FAIRLEAD_MODEL_URL: flags.modelUrl } : {}),
    ...(flags.model ? { FAIRLEAD_MODEL: flags.model } : {}),
  };
  const parsed = Environment.safeParse(given);
  const parsedModels = z.object(MODEL_VARIABLES).safeParse(given);
  if (!parsed.success || !parsedModels.success) {
    // What was found is left out: it may carry a password.
    const issues = [...(parsedModels.error?.issues ?? []), ...(parsed.error?.issues ?? [])];
    const variables = new Set(issues.map(({ path: [variable] }) => String(variable)));
    return err([...variables].map((variable) => wrongWords(variable, flags)).join('; '));
  }
  const models = modelsSettings(parsedModels.data);
  if (!models.ok) return models;
  const alerts = alertsOf(parsed.data);
  if (!alerts.ok) return alerts;
  const notices = noticeSettings(parsed.data);
  if (!notices.ok) return notices;
  const prometheus = prometheusSettings(parsed.data);
  if (!prometheus.ok) return prometheus;
  const journals = journalSettings(flags);
  if (!journals.ok) return journals;
  const decisions = decisionKeep(flags);
  if (!decisions.ok) return decisions;
  const { model } = models.value;
  const personal = parsed.data.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config');
  const state = parsed.data.XDG_STATE_HOME ?? path.join(os.homedir(), '.local', 'state');
  return ok({
    ...(model === undefined ? {} : { model }),
    models: models.value,
    ...(parsed.data.KUBECONFIG ? { kubeconfig: parsed.data.KUBECONFIG } : {}),
    alerts: alerts.value,
    notices: notices.value,
    journals: journals.value,
    ...(decisions.value && { decisions: decisions.value }),
    ...(prometheus.value && { prometheus: prometheus.value }),
    configDir: path.join(personal, 'fairlead'),
    dataDir: flags.data ?? path.join(state, 'fairlead'),
    color: parsed.data.NO_COLOR === undefined,
    inPod: parsed.data.KUBERNETES_SERVICE_HOST !== undefined,
    secrets: [
      ...keysOf(models.value),
      alerts.value.webhook?.secret,
      alerts.value.webhook?.url,
      alerts.value.slack?.url,
      ...noticeSecrets(notices.value),
      ...prometheusSecrets(prometheus.value),
    ].filter((secret) => secret !== undefined),
  });
}

const keysOf = ({ model, byRole }: ModelsSettings): string[] => [
  ...new Set(
    [model, ...Object.values(byRole)].flatMap((settings) =>
      settings === undefined || settings === 'none' || settings.key === 'none' ? [] : [settings.key],
    ),
  ),
];

function wrongWords(variable: string, flags: ConfigFlags): string {
  const fix = modelVariableFix(variable);
  if (fix !== undefined) {
    return variable === 'FAIRLEAD_MODEL_URL' && flags.modelUrl ? fix.replace(variable, '--model-url') : fix;
  }
  if (variable === 'FAIRLEAD_ALERT_WEBHOOK_SECRET') {
    return `${variable} is too short to sign with; write at least 16 characters, such as from: openssl rand -hex 32`;
  }
  if (variable === 'REDIS_URL') {
    return 'REDIS_URL is no address of a Redis; write one such as rediss://user:password@redis.example.com:6380';
  }
  return `${variable} is no http or https address; write a whole one, such as https://alerts.example.com/fairlead`;
}

function alertsOf(environment: z.infer<typeof Environment>): Result<Config['alerts'], string> {
  const {
    FAIRLEAD_ALERT_WEBHOOK_URL: url,
    FAIRLEAD_ALERT_WEBHOOK_SECRET: secret,
    FAIRLEAD_SLACK_WEBHOOK_URL: slack,
  } = environment;
  if ((url === undefined) !== (secret === undefined)) {
    const [set, missing] = url === undefined ? ['SECRET', 'URL'] : ['URL', 'SECRET'];
    return err(
      `FAIRLEAD_ALERT_WEBHOOK_${set} is set without FAIRLEAD_ALERT_WEBHOOK_${missing}: alerts go out signed or not at all; set both`,
    );
  }
  return ok({
    ...(url !== undefined && secret !== undefined && { webhook: { url, secret } }),
    ...(slack !== undefined && { slack: { url: slack } }),
  });
}
