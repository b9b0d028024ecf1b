import { systemClock } from '../../../adapters/system/systemClock.ts';
import { loadConfig } from '../../../config.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { ModelChoice } from '../../../scenario/model/proposer.ts';
import { line, type ReportFormat, report, summary } from '../../../scenario/report.ts';
import { rulesJson, rulesText } from '../../../scenario/rules/rulesReport.ts';
import { isProven, rulesTable } from '../../../scenario/rules/rulesTable.ts';
import { runScenario, type ScenarioResult } from '../../../scenario/runScenario.ts';
import { promptsDir } from '../installation.ts';
import { EXIT, type Io } from '../io.ts';
import { beside, type Found, findScenarios } from './findScenarios.ts';

export interface ScenarioFlags {
  readonly output: ReportFormat;
  /** `rules` (default), `none`, `scripted`, or the address of an endpoint. */
  readonly model?: string;
  readonly repeat?: string;
  readonly seed?: string;
  readonly jobs?: string;
  /** The table of the gate's rules instead of the scenarios' results. */
  readonly rules?: boolean;
}

/**
 * Plays scenario files in virtual time. 0: none failed; 1: some did, or with `rules` one of the gate's rules never fires
 * or spares none of its neighbours; 2: a file or a flag was no good.
 */
export async function scenarioRun(io: Io, paths: readonly string[], flags: ScenarioFlags): Promise<number> {
  if (flags.rules && flags.output === 'junit')
    return refused(io, '--rules: prints a table or json, not junit; use -o table or -o json');
  const settings = settingsOf(flags);
  if (!settings.ok) return refused(io, settings.error);
  const found = findScenarios(paths);
  if (!found.ok) return refused(io, found.error);
  const { model, repeat, seed, jobs } = settings.value;
  const results: ScenarioResult[] = [];
  const waiting = [...found.value];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !io.signal.aborted; next = waiting.shift()) {
      const { scenario } = next;
      const result = await runScenario(scenario, { model, repeat, seed, promptsDir, beside: beside(next) });
      results.push(result);
      if (flags.output === 'table' && (!flags.rules || result.result === 'failed')) io.out(line(result));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  if (io.signal.aborted) {
    io.err('fairlead: stopped\n');
    return 130;
  }
  if (flags.rules) return rulesOf(io, results, found.value, flags.output);
  io.out(flags.output === 'table' ? summary(results) : report(flags.output, inOrder(results, found.value)));
  return results.some(({ result }) => result === 'failed') ? EXIT.failed : EXIT.ok;
}

/** A scenario that failed proves nothing about a rule, so it is told on stderr where the table is for machines. */
function rulesOf(io: Io, results: readonly ScenarioResult[], found: readonly Found[], output: ReportFormat): number {
  const failed = results.filter(({ result }) => result === 'failed');
  if (output === 'json') for (const result of failed) io.err(line(result));
  const played = found.flatMap(({ scenario }) =>
    results
      .filter(({ id, result }) => id === scenario.id && result === 'passed')
      .map(({ rules }) => ({ scenario, rules })),
  );
  const rows = rulesTable(played);
  io.out((output === 'json' ? rulesJson : rulesText)(rows, played.length));
  return failed.length === 0 && rows.every(isProven) ? EXIT.ok : EXIT.failed;
}

const inOrder = (results: readonly ScenarioResult[], found: readonly Found[]): ScenarioResult[] =>
  found.flatMap(({ scenario }) => results.filter(({ id }) => id === scenario.id));

function refused(io: Io, message: string): number {
  io.err(`fairlead: ${message}\n`);
  return EXIT.usage;
}

interface Settings {
  readonly model: ModelChoice;
  readonly repeat: number;
  readonly seed: number;
  readonly jobs: number;
}

function settingsOf({
  model = 'rules',
  repeat = '1',
  seed = '1',
  jobs = '1',
}: ScenarioFlags): Result<Settings, string> {
  const numbers = { repeat, seed, jobs };
  for (const [name, text] of Object.entries(numbers)) {
    if (!/^[1-9]\d{0,5}$/.test(text)) return err(`--${name} ${text}: expected a whole number of at least 1`);
  }
  const choice = modelChoice(model);
  if (!choice.ok) return choice;
  return ok({ model: choice.value, repeat: Number(repeat), seed: Number(seed), jobs: Number(jobs) });
}

function modelChoice(text: string): Result<ModelChoice, string> {
  if (text === 'rules' || text === 'none' || text === 'scripted') return ok({ kind: text });
  if (!/^https?:\/\//.test(text)) {
    return err(`--model ${text}: expected rules, none, scripted, or an address such as http://127.0.0.1:11434/v1`);
  }
  const config = loadConfig({ modelUrl: text });
  if (!config.ok) return config;
  const { model } = config.value;
  // A real server answers in real time; virtual time stands still meanwhile.
  return ok({
    kind: 'endpoint',
    url: text,
    name: model?.name ?? 'default',
    key: model?.key ?? 'none',
    clock: systemClock,
  });
}
