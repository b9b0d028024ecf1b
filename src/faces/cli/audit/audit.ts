import path from 'node:path';
import { eachLine } from '../../../adapters/journal/eachLine.ts';
import type { ChainReport } from '../../../audit/chainReport.ts';
import { recordOf } from '../../../audit/fileVerifier.ts';
import { type Disagreement, replay as replayRecords } from '../../../audit/replay.ts';
import { type ExecutedChange, verifyAgainstCluster } from '../../../audit/verifyAgainstCluster.ts';
import { loadConfig } from '../../../config.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { LastChange } from '../../../schema/change.ts';
import { KINDS, LAST_CHANGE_ANNOTATION } from '../../../schema/kube.ts';
import { EXIT, type Format, type Io, print } from '../io.ts';
import { openSession } from '../session.ts';
import { chainsIn, checkFolder, type JournalFolders, journalFolders, manifestFaults } from './journalFolder.ts';

interface AuditFlags {
  readonly data?: string;
  readonly kubeconfig?: string;
  readonly offline?: boolean;
  readonly output: Format;
}

/** The folder that is meant: as an argument, by --data, or where roles keep theirs. */
async function foldersOf(folder: string | undefined, flags: AuditFlags): Promise<Result<JournalFolders, string>> {
  const data = folder ?? flags.data;
  const config = loadConfig(data === undefined ? {} : { data });
  return config.ok ? journalFolders(config.value.dataDir) : config;
}

export async function verify(io: Io, folder: string | undefined, flags: AuditFlags): Promise<number> {
  const found = await foldersOf(folder, flags);
  if (!found.ok) {
    io.err(`fairlead: ${found.error}\n`);
    return EXIT.failed;
  }
  const changes = flags.offline || flags.kubeconfig === undefined ? undefined : await executedChanges(io, flags);
  if (changes !== undefined && !changes.ok) {
    io.err(`fairlead: the cluster cannot be asked: ${changes.error}; --offline looks at the files alone\n`);
    return EXIT.failed;
  }
  const wanted = new Set(changes?.value.map(({ change }) => change.log));
  const checked = [];
  try {
    for (const one of found.value.folders) checked.push(await checkFolder(one, (hash) => wanted.has(hash)));
  } catch (error) {
    io.err(`fairlead: a journal cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  }
  const { manifest } = found.value;
  const exported = manifest && manifestFaults(manifest, checked);
  const cluster = changes && verifyAgainstCluster(checked, changes.value);
  const chains = checked.flatMap(({ source, chains: some }) => some.map((chain) => ({ source, ...chain })));
  const sound = chains.every((chain) => chain.ok) && (cluster?.ok ?? true) && (exported ?? []).length === 0;
  const data = {
    ok: sound,
    journals: chains.map(({ source, ...chain }) => ({
      file: chain.files.at(-1),
      ...(source === '' ? {} : { source }),
      ...chain,
    })),
    ...(manifest && { export: { madeAt: manifest.madeAt, faults: exported } }),
    ...(cluster ? { cluster: { ...cluster, changes: changes.value.length } } : {}),
  };
  print(io, flags.output, data, () => {
    const lines = chains.flatMap(({ source, ...chain }) => chainLines(source, chain));
    if (manifest) lines.push(exportLine(manifest.madeAt, exported?.length === 0));
    lines.push(...(exported ?? []).map((fault) => `  ${fault}`));
    if (cluster) {
      lines.push(
        `cluster: ${changes.value.length} executed changes looked for, ${cluster.faults.length} not as recorded`,
      );
      lines.push(
        ...cluster.faults.map((f) => `  ${f.message}`),
        ...cluster.unlogged.map((id) => `  ${id}: undone while the log could not be written`),
      );
    } else lines.push(notAskedLine(flags));
    return `${lines.join('\n')}\n`;
  });
  return sound ? EXIT.ok : EXIT.failed;
}

/**
 * A cluster is asked only where it is named: a folder may come from any, and what is not this one's must not be held against
 * it. The one that other commands would ask is named, ready to be given.
 */
function notAskedLine({ offline }: AuditFlags): string {
  const config = offline === true ? undefined : loadConfig();
  const file = (config?.ok ? config.value.kubeconfig : undefined) ?? 'FILE';
  return `cluster: not asked; a cut tail or a missing journal behind executed changes is found with --kubeconfig ${file}`;
}

/** What a chain is called: by its newest file, in an export behind its source. */
const nameIn = (source: string, { files }: ChainReport): string =>
  [source, files.at(-1) ?? ''].filter((part) => part !== '').join('/');

const exportLine = (madeAt: string, whole: boolean): string =>
  `export of ${madeAt}: ${whole ? 'as its manifest says' : 'NOT AS ITS MANIFEST SAYS'}`;

function chainLines(source: string, chain: ChainReport): string[] {
  const { files, records, head, faults, torn, begins } = chain;
  const where = (file: string, line: number): string => (files.length > 1 ? `${file} line ${line}` : `line ${line}`);
  const many = files.length > 1 ? ` in ${files.length} files` : '';
  return [
    `${nameIn(source, chain)}: ${chain.ok ? 'sound' : 'NOT SOUND'}, ${records} records${many}, head ${head.slice(0, 12)}`,
    ...(begins > 0 ? [`  begins at record ${begins}; earlier files are not here`] : []),
    ...faults.map((f) => `  ${where(f.file, f.line)}: ${f.code}: ${f.message}`),
    ...torn.map(
      (t) => `  ${where(t.file, t.line)}: torn by a crash${t.closed ? ', named by a later record' : ''}; not altered`,
    ),
  ];
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

/**
 * Judges again what the journals hold. Records that were altered may agree as well, so the chains are checked first: of one
 * that is not sound nothing is proven, whatever comes out.
 */
export async function replay(io: Io, folder: string | undefined, flags: AuditFlags): Promise<number> {
  const found = await foldersOf(folder, flags);
  if (!found.ok) {
    io.err(`fairlead: ${found.error}\n`);
    return EXIT.failed;
  }
  let agreed = 0;
  let unreadable = 0;
  const unsound: string[] = [];
  const disagreements: Disagreement[] = [];
  const judge = (line: string): void => {
    if (line === '') return;
    const record = recordOf(line);
    if (record === undefined) unreadable += 1;
    else {
      const report = replayRecords([record]);
      agreed += report.agreed;
      disagreements.push(...report.disagreements);
    }
  };
  const { folders, manifest } = found.value;
  try {
    const checked = [];
    for (const one of folders) checked.push(await checkFolder(one, () => false));
    for (const { source, chains } of checked) {
      unsound.push(...chains.filter((chain) => !chain.ok).map((chain) => `${nameIn(source, chain)}: NOT SOUND`));
    }
    if (manifest && manifestFaults(manifest, checked).length > 0) unsound.push(exportLine(manifest.madeAt, false));
    for (const { dir } of folders) {
      for (const file of (await chainsIn(dir)).flat()) await eachLine(path.join(dir, file), judge);
    }
  } catch (error) {
    io.err(`fairlead: a journal cannot be read: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  }
  const agrees = unsound.length === 0 && disagreements.length === 0;
  print(io, flags.output, { ok: agrees, agreed, disagreements, unreadable, unsound }, () =>
    [
      ...unsound,
      ...(unsound.length > 0 ? ['therefore what follows proves nothing; fairlead audit verify names the faults'] : []),
      `${agreed} recorded verdicts came out the same again, ${disagreements.length} did not`,
      ...(unreadable > 0
        ? [`${unreadable} lines are no records; fairlead audit verify says whether that is sound`]
        : []),
      ...disagreements.slice(0, 50).map((d) => `  ${d.writer} record ${d.seq} (${d.subject}): ${d.message}`),
      '',
    ].join('\n'),
  );
  return agrees ? EXIT.ok : EXIT.failed;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
