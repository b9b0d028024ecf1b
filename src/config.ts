import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { err, ok, type Result } from './kernel/result.ts';

/** Everything the environment can say. Flags go before it; nothing else reads the environment. */
const Environment = z.object({
  FAIRLEAD_MODEL_URL: z.url({ protocol: /^https?$/ }).optional(),
  FAIRLEAD_MODEL: z.string().min(1).optional(),
  FAIRLEAD_MODEL_KEY: z.string().min(1).optional(),
  XDG_STATE_HOME: z.string().optional(),
  KUBECONFIG: z.string().optional(),
  NO_COLOR: z.string().optional(),
});

export interface Config {
  /** undefined: no endpoint, the rules planner stands in. */
  readonly model?: { readonly url: string; readonly name: string; readonly key: string };
  /** Journals and local keys. */
  readonly dataDir: string;
  readonly kubeconfig?: string;
  readonly color: boolean;
  /** Values that must never appear in a prompt, a log or the journal. */
  readonly secrets: readonly string[];
}

export interface ConfigFlags {
  readonly data?: string;
  readonly modelUrl?: string;
  readonly model?: string;
}

/** Every problem at once, in words: which variable or flag, what was found, what was expected. */
export function loadConfig(flags: ConfigFlags = {}, env: NodeJS.ProcessEnv = process.env): Result<Config, string> {
  // A manifest sets a variable to nothing where it means that there is none.
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse({ ...set, ...(flags.modelUrl ? { FAIRLEAD_MODEL_URL: flags.modelUrl } : {}) });
  if (!parsed.success) {
    // The URL is the one with a form to miss. What was found is left out: it may carry a password.
    const where = flags.modelUrl ? '--model-url' : 'FAIRLEAD_MODEL_URL';
    return err(`${where} is no http or https address; write one with /v1, such as http://127.0.0.1:11434/v1`);
  }
  const { FAIRLEAD_MODEL_URL: url, FAIRLEAD_MODEL_KEY: key } = parsed.data;
  const name = flags.model ?? parsed.data.FAIRLEAD_MODEL;
  if (name !== undefined && url === undefined) {
    return err(
      'a model is named but no endpoint: set FAIRLEAD_MODEL_URL or --model-url, such as http://127.0.0.1:11434/v1',
    );
  }
  const state = parsed.data.XDG_STATE_HOME ?? path.join(os.homedir(), '.local', 'state');
  return ok({
    ...(url ? { model: { url, name: name ?? 'default', key: key ?? 'none' } } : {}),
    ...(parsed.data.KUBECONFIG ? { kubeconfig: parsed.data.KUBECONFIG } : {}),
    dataDir: flags.data ?? path.join(state, 'fairlead'),
    color: parsed.data.NO_COLOR === undefined,
    secrets: key ? [key] : [],
  });
}
