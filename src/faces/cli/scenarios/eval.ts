import { createHash } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OpenAiModel } from '../../../adapters/openai/openaiModel.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { ROLES } from '../../../agents/roles/roles.ts';
import { type ConfigFlags, loadConfig } from '../../../config.ts';
import { redact } from '../../../kernel/redact.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { type ModelsSettings, modelFor } from '../../../modelSettings.ts';
import type { ModelUnderTest } from '../../../scenario/evaluation/countedModel.ts';
import { evaluate } from '../../../scenario/evaluation/evaluate.ts';
import { isFine } from '../../../scenario/evaluation/evaluation.ts';
import type { ModelRole } from '../../../schema/modelRole.ts';
import { parseDuration } from '../../../schema/units.ts';
import { promptsDir, scenarioFolders } from '../installation.ts';
import { EXIT, type Io } from '../io.ts';
import { evaluationPage } from './evaluation/page.ts';
import { evaluationJson, evaluationText } from './evaluation/text.ts';
import { beside, type Found, findScenarios } from './findScenarios.ts';

export interface EvalFlags extends ConfigFlags {
  readonly output: 'table' | 'json';
  readonly times: string;
  readonly seed: string;
  /** Of real time, for the runs with the model. */
  readonly for: string;
  /** Of real time, for one answer. */
  readonly answerWithin: string;
  /** Only this one; the others are played by rules. */
  readonly role?: string;
  /** A file to write the report to, as Markdown. */
  readonly page?: string;
}

interface Settings {
  readonly models: ReadonlyMap<ModelRole, ModelUnderTest>;
  readonly budget: ModelsSettings['budget'];
  readonly secrets: readonly string[];
  readonly times: number;
  readonly seed: number;
  readonly forMs: number;
}

/**
 * Plays scenarios with the configured model and under the rules alone, and says what the model is worth. 0: nothing leaked and
 * no service is worse off; 1: something leaked, or one is worse off, or the model never answered; 2: a file or a flag was no good.
 */
export async function evalModel(io: Io, paths: readonly string[], flags: EvalFlags): Promise<number> {
  const settings = settingsOf(flags);
  if (!settings.ok) return refused(io, settings.error);
  const places = paths.length > 0 ? paths : scenarioFolders();
  if (places.length === 0) return refused(io, 'there are no scenarios here: name files or folders of them');
  const found = findScenarios(places);
  if (!found.ok) return refused(io, found.error);
  const { secrets, ...parts } = settings.value;
  const given = drawn(found.value, places, parts.seed).map((one) => ({ scenario: one.scenario, beside: beside(one) }));
  const { signal } = io;
  const evaluation = await evaluate({
    ...parts,
    given,
    clock: systemClock,
    promptsDir,
    signal,
    tell: (line) => io.err(line),
  });
  io.out(redact(flags.output === 'json' ? evaluationJson(evaluation) : evaluationText(evaluation), secrets));
  if (flags.page !== undefined) {
    const written = writePage(flags.page, redact(evaluationPage(evaluation, systemClock.now()), secrets));
    if (!written.ok) {
      io.err(`fairlead: ${written.error}\n`);
      return EXIT.failed;
    }
  }
  if (signal.aborted) {
    io.err('fairlead: stopped; what was not run is counted as such\n');
    return 130;
  }
  return isFine(evaluation) ? EXIT.ok : EXIT.failed;
}

/** Place by place, within one in an order that the seed draws: what the time cuts off leaves a sample. */
function drawn(found: readonly Found[], places: readonly string[], seed: number): Found[] {
  const placeOf = ({ file }: Found): number =>
    places.findIndex((place) => !path.relative(place, file).startsWith('..'));
  const lot = ({ scenario }: Found): string => createHash('sha256').update(`${seed} ${scenario.id}`).digest('hex');
  const keys = found.map((one) => ({ one, place: placeOf(one), lot: lot(one) }));
  return keys.sort((a, b) => a.place - b.place || (a.lot < b.lot ? -1 : 1)).map(({ one }) => one);
}

function refused(io: Io, message: string): number {
  io.err(`fairlead: ${message}\n`);
  return EXIT.usage;
}

function writePage(file: string, text: string): Result<undefined, string> {
  try {
    writeFileSync(file, text);
    return ok(undefined);
  } catch (error) {
    return err(`--page ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Twenty minutes of a model are not to end at a folder that is not there. */
function pageFault(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const folder = path.dirname(file);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) return `--page ${file}: is a folder; name a file`;
  return existsSync(folder) ? undefined : `--page ${file}: there is no folder ${folder}`;
}

function settingsOf(flags: EvalFlags): Result<Settings, string> {
  const forMs = parseDuration(flags.for);
  if (forMs === undefined || forMs < 1_000 || forMs > 86_400_000) {
    return err(`--for ${flags.for}: write a duration between 1s and 24h, such as 20m`);
  }
  const timeoutMs = parseDuration(flags.answerWithin);
  if (timeoutMs === undefined || timeoutMs < 1_000 || timeoutMs > 3_600_000) {
    return err(`--answer-within ${flags.answerWithin}: write a duration between 1s and 1h, such as 5m`);
  }
  for (const [name, text] of Object.entries({ times: flags.times, seed: flags.seed })) {
    if (!/^[1-9]\d{0,3}$/.test(text)) return err(`--${name} ${text}: expected a whole number between 1 and 9999`);
  }
  const fault = pageFault(flags.page);
  if (fault !== undefined) return err(fault);
  const known = ROLES.map(({ id }) => id);
  if (flags.role !== undefined && !known.some((id) => id === flags.role)) {
    return err(`--role ${flags.role}: there is no such role; the roles are ${known.join(', ')}`);
  }
  const config = loadConfig(flags);
  if (!config.ok) return config;
  const { models: named, secrets } = config.value;
  const models = modelsUnderTest(
    named,
    known.filter((id) => flags.role === undefined || id === flags.role),
    timeoutMs,
  );
  if (models.size === 0) {
    return err(
      'no model to evaluate: name an endpoint, such as --model-url http://127.0.0.1:11434/v1, or set FAIRLEAD_MODEL_URL',
    );
  }
  return ok({ models, budget: named.budget, secrets, times: Number(flags.times), seed: Number(flags.seed), forMs });
}

/** One model for all roles that share its settings: what it finds out about its endpoint holds for all of them. */
function modelsUnderTest(
  named: ModelsSettings,
  roles: readonly ModelRole[],
  timeoutMs: number,
): Map<ModelRole, ModelUnderTest> {
  const bySettings = new Map<string, ModelUnderTest>();
  const models = new Map<ModelRole, ModelUnderTest>();
  for (const role of roles) {
    const settings = modelFor(named, role);
    if (settings === undefined) continue;
    const same = JSON.stringify(settings);
    const { url, name, key, prices } = settings;
    const made = bySettings.get(same) ?? {
      model: new OpenAiModel({ baseUrl: url, model: name, apiKey: key, clock: systemClock, timeoutMs }),
      name,
      ...(prices && { prices }),
    };
    bySettings.set(same, made);
    models.set(role, made);
  }
  return models;
}
