import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { replay as replayRecords } from '../../audit/replay.ts';
import { type ExecutedChange, verifyAgainstCluster } from '../../audit/verifyAgainstCluster.ts';
import { verifyLines } from '../../audit/verifyLines.ts';
import { loadConfig } from '../../config.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { LastChange } from '../../schema/change.ts';
import { JournalRecord } from '../../schema/journal.ts';
import { KINDS, LAST_CHANGE_ANNOTATION } from '../../schema/kube.ts';
import { EXIT, type Format, type Io, print } from './io.ts';
import { openSession } from './session.ts';

interface AuditFlags {
  readonly data?: string;
  readonly kubeconfig?: string;
  readonly offline?: boolean;
  readonly output: Format;
}

interface JournalFile {
  readonly file: string;
  readonly lines: readonly string[];
}

/** Every journal of the data folder. None is an error: a check that saw nothing must not pass. */
async function journals(flags: AuditFlags): Promise<Result<{ dir: string; files: JournalFile[] }, string>> {
  const config = loadConfig(flags.data === undefined ? {} : { data: flags.data });
  if (!config.ok) return config;
  const dir = config.value.dataDir;
  try {
    const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
    if (names.length === 0)
      return err(`${dir} holds no journal (*.jsonl); --data names the folder that up, run or executor was given`);
    const files = await Promise.all(
      names.map(async (name) => ({ file: name, lines: (await readFile(path.join(dir, name), 'utf8')).split('\n') })),
    );
    return ok({ dir, files });
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const words = absent ? 'there is no such folder' : error instanceof Error ? error.message : String(error);
    return err(`${dir} cannot be read: ${words}; --data names the folder that up, run or executor was given`);
  }
}

export async function verify(io: Io, flags: AuditFlags): Promise<number> {
  const read = await journals(flags);
  if (!read.ok) {
    io.err(`fairlead: ${read.error}\n`);
    return EXIT.failed;
  }
  const reports = read.value.files.map(({ file, lines }) => ({ file, report: verifyLines(lines) }));
  const changes = flags.offline || flags.kubeconfig === undefined ? undefined : await executedChanges(io, flags);
  if (changes !== undefined && !changes.ok) {
    io.err(`fairlead: the cluster cannot be asked: ${changes.error}; --offline looks at the files alone\n`);
    return EXIT.failed;
  }
  const cluster =
    changes &&
    verifyAgainstCluster(
      reports.map(({ report }) => report),
      changes.value,
    );
  const sound = reports.every(({ report }) => report.ok) && (cluster?.ok ?? true);
  const data = {
    ok: sound,
    journals: reports.map(({ file, report }) => ({ file, ...report, heads: undefined })),
    ...(cluster ? { cluster: { ...cluster, changes: changes.value.length } } : {}),
  };
  print(io, flags.output, data, () => {
    const lines = reports.flatMap(({ file, report }) => [
      `${file}: ${report.ok ? 'sound' : 'NOT SOUND'}, ${report.records} records, head ${report.head.slice(0, 12)}`,
      ...report.faults.map((f) => `  line ${f.line}: ${f.code}: ${f.message}`),
      ...report.torn.map(
        (t) => `  line ${t.line}: torn by a crash${t.closed ? ', named by a later record' : ''}; not altered`,
      ),
    ]);
    if (cluster) {
      lines.push(`cluster: ${changes.value.length} executed changes looked for, ${cluster.faults.length} missing`);
      lines.push(
        ...cluster.faults.map((f) => `  ${f.message}`),
        ...cluster.unlogged.map((id) => `  ${id}: undone while the log could not be written`),
      );
    } else lines.push('cluster: not asked (give --kubeconfig to find a cut tail behind executed changes)');
    return `${lines.join('\n')}\n`;
  });
  return sound ? EXIT.ok : EXIT.failed;
}

async function executedChanges(io: Io, flags: AuditFlags): Promise<Result<ExecutedChange[], string>> {
  const session = await openSession(io, flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig });
  if (session === undefined) return err('no connection');
  const listed = await session.cluster.reader.list(KINDS.Deployment);
  if (!listed.ok) return err(listed.error.message);
  return ok(
    listed.value.items.flatMap(({ metadata }) => {
      const text = metadata.annotations?.[LAST_CHANGE_ANNOTATION];
      const parsed = text === undefined ? undefined : LastChange.safeParse(safeJson(text));
      return parsed?.success ? [{ namespace: metadata.namespace ?? '', name: metadata.name, change: parsed.data }] : [];
    }),
  );
}

export async function replay(io: Io, flags: AuditFlags): Promise<number> {
  const read = await journals(flags);
  if (!read.ok) {
    io.err(`fairlead: ${read.error}\n`);
    return EXIT.failed;
  }
  const lines = read.value.files.flatMap((file) => file.lines.filter((line) => line !== ''));
  const records = lines.flatMap((line) => {
    const parsed = JournalRecord.safeParse(safeJson(line));
    return parsed.success ? [parsed.data] : [];
  });
  const unreadable = lines.length - records.length;
  const report = replayRecords(records);
  print(io, flags.output, { ...report, unreadable }, () =>
    [
      `${report.agreed} recorded verdicts came out the same again, ${report.disagreements.length} did not`,
      ...(unreadable > 0
        ? [`${unreadable} lines are no records; fairlead audit verify says whether that is sound`]
        : []),
      ...report.disagreements.slice(0, 50).map((d) => `  ${d.writer} record ${d.seq} (${d.subject}): ${d.message}`),
      '',
    ].join('\n'),
  );
  return report.disagreements.length === 0 ? EXIT.ok : EXIT.failed;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
