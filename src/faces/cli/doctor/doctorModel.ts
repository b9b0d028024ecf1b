import { contextSize } from '../../../adapters/openai/contextSize.ts';
import { OpenAiModel } from '../../../adapters/openai/openaiModel.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { decisionEngine } from '../../../agents/roles/decisionEngine.ts';
import type { RoleHead } from '../../../agents/roles/role.ts';
import { ROLES } from '../../../agents/roles/roles.ts';
import { type ConfigFlags, loadConfig } from '../../../config.ts';
import { redactDeep } from '../../../kernel/redact.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { type ModelSettings, type ModelsSettings, modelFor } from '../../../modelSettings.ts';
import { MODEL_ROLES } from '../../../schema/modelRole.ts';
import { parseDuration } from '../../../schema/units.ts';
import { promptsDir } from '../installation.ts';
import { EXIT, type Format, type Io, print } from '../io.ts';
import { DECISION_SITUATIONS } from './fitness/decisionSituations.ts';
import { ROLE_SITUATIONS } from './fitness/roleSituations.ts';
import { type RoleFitness, tryRole } from './fitness/tryRole.ts';

export interface DoctorModelFlags extends Omit<ConfigFlags, 'model'> {
  /** An address, a model's name, or true: as the settings say. */
  readonly model: string | true;
  readonly output: Format;
  /** For all roles together: each gets its share, and what one leaves the next ones have. */
  readonly within: string;
}

export const SITUATIONS = [...DECISION_SITUATIONS, ...ROLE_SITUATIONS];

/** The longest prompt of one service with a few reads behind it. */
const LEAST_CONTEXT = 4_096;
/** A needed scale-up waits no longer than one pass. */
const PASS_SECONDS = 15;

interface Report extends RoleFitness {
  readonly model: string;
  /** How it was asked for calls in the end. */
  readonly form: string;
  readonly context?: number;
}

/** Whether a model is fit for each role: it is asked what the product asks, and nothing comes of its answers. 1: not for all. */
export async function doctorModel(io: Io, { within, output, ...flags }: DoctorModelFlags): Promise<number> {
  const totalMs = parseDuration(within);
  if (totalMs === undefined || totalMs < 1_000 || totalMs > 3_600_000) {
    io.err(`fairlead: --within ${within}: write a duration between 1s and 1h, such as 90s\n`);
    return EXIT.usage;
  }
  const loaded = modelsOf(flags);
  if (!loaded.ok) {
    io.err(`fairlead: ${loaded.error}\n`);
    return EXIT.usage;
  }
  const { models, secrets } = loaded.value;
  // The one that acts comes first: on a slow machine at least its answer is known.
  const heads = ROLES.filter(({ id }) => settingsOf(models, id) !== undefined).toSorted(
    (a, b) => Number(b.id === decisionEngine.id) - Number(a.id === decisionEngine.id),
  );
  const tried = new Map<string, Endpoint>();
  const end = systemClock.now() + totalMs;
  const reports: Report[] = [];
  for (const [n, head] of heads.entries()) {
    const settings = settingsOf(models, head.id);
    if (settings === undefined || io.signal.aborted) continue;
    const same = JSON.stringify(settings);
    const endpoint = tried.get(same) ?? new Endpoint(settings, io.signal);
    tried.set(same, endpoint);
    io.err(`trying ${endpoint.label} as ${head.id}\n`);
    reports.push(await endpoint.report(head, (end - systemClock.now()) / (heads.length - n)));
  }
  if (io.signal.aborted) return EXIT.failed;
  // An endpoint may answer with the key that it refuses.
  const safe = redactDeep(reports, secrets) as Report[];
  print(io, output, safe, () => `${safe.map(words).join('\n')}\n`);
  return reports.every(({ fit }) => fit) ? EXIT.ok : EXIT.failed;
}

function modelsOf({
  model,
  ...flags
}: Omit<ConfigFlags, 'model'> & Pick<DoctorModelFlags, 'model'>): Result<
  { models: ModelsSettings; secrets: readonly string[] },
  string
> {
  const isAddress = model !== true && /^[a-z]+:\/\//i.test(model);
  const given = isAddress ? { ...flags, modelUrl: model } : { ...flags, ...(model === true ? {} : { model }) };
  const config = loadConfig(given);
  if (!config.ok) return err(isAddress ? config.error.replaceAll('--model-url', '--model') : config.error);
  const { models, secrets } = config.value;
  if (MODEL_ROLES.every((role) => modelFor(models, role) === undefined)) {
    return err(
      'no model to try: name an endpoint, such as --model http://127.0.0.1:11434/v1, or set FAIRLEAD_MODEL_URL',
    );
  }
  // Whoever names an address or a model wants to know about that one, in every role.
  return ok({ models: model === true ? models : { ...models, byRole: {} }, secrets });
}

function settingsOf(models: ModelsSettings, id: string): ModelSettings | undefined {
  const role = MODEL_ROLES.find((known) => known === id);
  return role === undefined ? undefined : modelFor(models, role);
}

/** One model, tried in one role after the other; what failed for good is not tried again. */
class Endpoint {
  readonly label: string;
  readonly #settings: ModelSettings;
  readonly #model: OpenAiModel;
  readonly #signal: AbortSignal;
  #context: Promise<number | undefined> | undefined;
  #gone: string | undefined;

  constructor(settings: ModelSettings, signal: AbortSignal) {
    const { url, name, key } = settings;
    this.#settings = settings;
    this.#signal = signal;
    this.#model = new OpenAiModel({ baseUrl: url, model: name, apiKey: key, clock: systemClock });
    this.label = this.#model.label;
  }

  async report(head: RoleHead, ms: number): Promise<Report> {
    const bench = { model: this.#model, promptsDir, clock: systemClock };
    const fitness = await tryRole(head, this.#gone === undefined ? SITUATIONS : [], bench, ms, this.#signal);
    if (this.#gone === undefined && fitness.measured.answers === 0) this.#gone = fitness.measured.error?.message;
    const context = await this.#size();
    const reasons = [
      ...(fitness.tried.length === 0 && this.#gone !== undefined ? [this.#gone] : fitness.reasons),
      ...(context !== undefined && context < LEAST_CONTEXT
        ? [`its context holds ${context} tokens, ${LEAST_CONTEXT} are needed`]
        : []),
    ];
    const form = this.#model.form === 'tools' ? 'tool calls' : `JSON (${this.#model.form})`;
    return {
      ...fitness,
      fit: fitness.fit && reasons.length === 0,
      reasons,
      model: this.label,
      form,
      ...(context === undefined ? {} : { context }),
    };
  }

  #size(): Promise<number | undefined> {
    this.#context ??= this.#gone === undefined ? contextSize(this.#settings, systemClock, this.#signal) : undefined;
    return this.#context ?? Promise.resolve(undefined);
  }
}

function words(report: Report): string {
  const { role, fit, reasons, model, form, tried, untried, orders, measured, context } = report;
  const { answers, valid, firstSeconds, laterSeconds, tokensPerSecond } = measured;
  const seconds = (value: number): string => `${value.toFixed(1)} s`;
  const pace = [
    ...(tokensPerSecond === undefined ? [] : [`${tokensPerSecond.toFixed(1)} tokens/s with the reading of the prompt`]),
    ...(firstSeconds === undefined ? [] : [`first answer ${seconds(firstSeconds)}`]),
    ...(laterSeconds === undefined ? [] : [`later ones up to ${seconds(laterSeconds)}`]),
    context === undefined ? 'context not told' : `context ${context} tokens`,
  ];
  const slow = (laterSeconds ?? firstSeconds ?? 0) > PASS_SECONDS;
  return [
    `${(fit ? 'fit' : 'unfit').padEnd(6)} ${role}: ${model}, by ${form}`,
    ...reasons.map((reason) => `       not fit: ${reason}`),
    ...tried.map(({ situation, outcome, seconds: took }) => {
      const agrees =
        outcome.agrees === undefined ? '' : outcome.agrees ? ', as the rules would' : ', the rules would not';
      return `       ${situation}: ${outcome.words}${agrees} (${seconds(took)})`;
    }),
    ...untried.map((name) => `       ${name}: not tried to its end`),
    ...(answers === 0
      ? []
      : [`       ${valid} of ${answers} answers valid; orders in the data: ${orders}`, `       ${pace.join(', ')}`]),
    ...(slow
      ? [`       slower than a pass (${PASS_SECONDS} s): when capacity is short, the rules answer before it`]
      : []),
  ].join('\n');
}
