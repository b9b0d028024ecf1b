import { systemClock } from '../../../adapters/system/systemClock.ts';
import { FileTrace } from '../../../adapters/trace/fileTrace.ts';
import type { Config } from '../../../config.ts';
import { redactDeep } from '../../../kernel/redact.ts';
import { ok, type Result } from '../../../kernel/result.ts';
import type { Io } from '../io.ts';

/** The trace that `--trace-model` asks for, undefined without it; an error in words when it cannot be begun. */
export async function openModelTrace(
  io: Io,
  dir: string | undefined,
  { secrets }: Config,
): Promise<Result<FileTrace | undefined, string>> {
  if (dir === undefined) return ok(undefined);
  const opened = await FileTrace.open({
    dir,
    clock: systemClock,
    writer: String(process.pid),
    redact: (value) => redactDeep(value, secrets),
    ended: (why) => io.err(`fairlead: the trace of the model has ended: ${why}\n`),
  });
  if (!opened.ok)
    return { ok: false, error: `--trace-model: ${opened.error}\n  fix: name a folder that can be written` };
  io.err(`every exchange with a model is written to ${opened.value.path}\n`);
  return opened;
}
