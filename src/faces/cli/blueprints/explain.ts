import { createLog } from '../../../adapters/pino/log.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { systemIds } from '../../../adapters/system/systemIds.ts';
import type { Desk } from '../../../agents/askRole.ts';
import { explanationLines } from '../../../agents/explanationText.ts';
import { type BlueprintNews, blueprintParser } from '../../../agents/roles/blueprintParser.ts';
import { answerCall } from '../../../calls/answerCall.ts';
import { type JudgeDeps, judgeCall } from '../../../calls/judge.ts';
import { composeAgents, composeModels } from '../../../compose.ts';
import { loadConfig } from '../../../config.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { ClusterReader, ClusterResult } from '../../../ports/cluster.ts';
import { effectiveGlobal } from '../../../schema/blueprint/effective.ts';
import { loadGlobal } from '../../../schema/blueprint/load.ts';
import { isGlobal, type NamedText, type Validation } from '../../../schema/blueprint/validateFiles.ts';
import { promptsDir } from '../installation.ts';
import type { Format, Io } from '../io.ts';

export interface ExplainFlags {
  readonly output: Format;
  readonly modelUrl?: string;
  readonly model?: string;
}

/** Files that are explained one after another; a folder with more faulty ones is mended in turns. */
const MOST = 10;

/**
 * What the Blueprint Parser says of each faulty file: by the model of the settings where there is one, else by the rules,
 * and it says which. Nothing is written anywhere. The error is a sentence for a person.
 */
export async function explainFaults(
  io: Io,
  files: readonly NamedText[],
  { report }: Validation,
  flags: ExplainFlags,
): Promise<Result<void, string>> {
  const config = loadConfig(flags);
  if (!config.ok) return err(config.error);
  const log = createLog({ to: 'stderr', level: 'error', secrets: config.value.secrets });
  const clock = systemClock;
  const models = await composeModels(config.value, { clock, log });
  const { parser } = composeAgents(models, { clock, log, promptsDir, passMs: 0 });
  const faulty = report.files.filter(({ valid }) => !valid);
  // What a program reads stays what it was.
  const say = (text: string): void => (flags.output === 'table' ? io.out(text) : io.err(text));
  const [global] = files.filter(isGlobal).flatMap(({ file, text }) => {
    const loaded = loadGlobal(text, file);
    return loaded.ok ? [effectiveGlobal(loaded.value)] : [];
  });
  say(`explained by: ${models(blueprintParser.id)?.label ?? 'rules, not a model'}\n`);
  for (const { file, errors } of faulty.slice(0, MOST)) {
    const named = files.find((one) => one.file === file);
    if (named === undefined || isGlobal(named)) continue;
    const faults = errors.map((fault) => ({ ...fault, file }));
    const news: BlueprintNews = {
      name: file,
      version: '',
      kind: 'refused',
      lines: faults.map(({ line, message, fix }) => `line ${line}: ${message}; to mend it: ${fix}`),
      refused: { text: named.text, faults, ...(global !== undefined && { global }) },
    };
    const { conclusion, origin } = await parser.ask(news, desk(), io.signal);
    say(`\n${explanationLines(news, conclusion, origin).join('\n')}\n`);
    if (origin.note !== undefined) say(`by rules alone: ${origin.note}\n`);
  }
  if (faulty.length > MOST) say(`\nand ${faulty.length - MOST} more faulty files\n`);
  return ok(undefined);
}

/** Reads of the model pass the gate here too; a command that changes nothing keeps no journal. */
function desk(): Desk {
  const deps: JudgeDeps = {
    journal: { append: async () => ok(''), head: () => '', close: () => Promise.resolve() },
    clock: systemClock,
    ids: systemIds,
    reader: NO_CLUSTER,
    ownNamespace: 'agent-system',
    views: () => [],
    decisions: () => [],
  };
  return {
    runId: 'validate',
    own: { namespace: 'none', name: '' },
    judge: async (call) => {
      const judged = await judgeCall(deps, call, { kind: 'agent', name: blueprintParser.id }, 'validate');
      return judged.ok ? answerCall(deps, judged.value) : { kind: 'unavailable', message: judged.error };
    },
    record: () => Promise.resolve(true),
  };
}

/** There is no cluster behind a folder of files: nothing here is asked of one. */
const NO_CLUSTER: ClusterReader = {
  get: () => Promise.resolve(noCluster),
  list: () => Promise.resolve(noCluster),
  raw: () => Promise.resolve(noCluster),
  // biome-ignore lint/correctness/useYield: it ends at once
  watch: async function* () {
    await Promise.resolve();
  },
};
const noCluster: ClusterResult<never> = err({ code: 'unavailable', message: 'no cluster is asked', uncertain: false });
