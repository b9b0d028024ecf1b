import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { cappedFetch } from './cappedFetch.ts';

const size = z.number().int().min(1).max(1_000_000_000).optional().catch(undefined);
/** vLLM, OpenRouter, LM Studio, llama.cpp: each has a name of its own for it. */
const Model = z.looseObject({
  id: z.string().catch(''),
  max_model_len: size,
  context_length: size,
  max_context_length: size,
  loaded_context_length: size,
  meta: z.looseObject({ n_ctx: size }).nullish().catch(undefined),
});
const Models = z.looseObject({ data: z.array(Model).max(10_000) });
const Props = z.looseObject({ default_generation_settings: z.looseObject({ n_ctx: size }) });

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 4_000_000;

/**
 * Tokens that fit into one request, as far as the endpoint says: from its list of models, or from llama.cpp's own page.
 * Undefined when it does not; never an error, since nothing depends on it.
 */
export async function contextSize(
  { url, name, key }: { readonly url: string; readonly name: string; readonly key: string },
  clock: Clock,
  signal: AbortSignal,
): Promise<number | undefined> {
  const over = new AbortController();
  const late = new AbortController();
  void clock.sleep(TIMEOUT_MS, over.signal).then(() => late.abort());
  const read = (address: string): Promise<unknown> => fetched(address, key, AbortSignal.any([signal, late.signal]));
  try {
    const base = url.replace(/\/+$/, '');
    const props = Props.safeParse(await read(`${base.replace(/\/v1$/, '')}/props`));
    const own = props.success ? props.data.default_generation_settings.n_ctx : undefined;
    if (own !== undefined) return own;
    const models = Models.safeParse(await read(`${base}/models`));
    if (!models.success) return undefined;
    const found = models.data.data.find(({ id }) => id === name) ?? onlyOf(models.data.data);
    return (
      found?.loaded_context_length ??
      found?.max_model_len ??
      found?.context_length ??
      found?.max_context_length ??
      found?.meta?.n_ctx
    );
  } finally {
    over.abort();
  }
}

const onlyOf = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

async function fetched(address: string, key: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await cappedFetch(MAX_BYTES)(address, { headers: { authorization: `Bearer ${key}` }, signal });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}
