import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { eachLine, type FileRead } from '../../../adapters/journal/eachLine.ts';
import { type ChainReport, chainReport, type FileReport } from '../../../audit/chainReport.ts';
import { FileVerifier, type Heads, type Link } from '../../../audit/fileVerifier.ts';
import { MANIFEST, Manifest } from '../../../audit/manifest.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { journalChains } from '../../../schema/journalName.ts';

/** So often a folder is read again in which a file was changed for a new one meanwhile. */
const TRIES = 3;

/** A folder with journals: of one data folder, or of one source in an export. */
export interface JournalFolder {
  readonly dir: string;
  /** Its name in an export; empty for a data folder. */
  readonly source: string;
}

export interface JournalFolders {
  readonly folders: readonly JournalFolder[];
  readonly manifest?: Manifest;
}

export interface CheckedFolder extends JournalFolder {
  readonly chains: readonly ChainReport[];
  /** Every record that was asked for and is in one of the chains. */
  readonly heads: Heads;
  readonly files: ReadonlyMap<string, FileRead>;
}

/** What lies in a folder: journals, or an export of several. None is an error: a check that saw nothing must not pass. */
export async function journalFolders(dir: string): Promise<Result<JournalFolders, string>> {
  const hint = '--data names the folder that up, run or executor was given, or one that fairlead audit export made';
  try {
    const names = await readdir(dir);
    if (names.includes(MANIFEST)) return exported(dir);
    if (journalChains(names).length === 0) return err(`${dir} holds no journal (*.jsonl); ${hint}`);
    return ok({ folders: [{ dir, source: '' }] });
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const words = absent ? 'there is no such folder' : error instanceof Error ? error.message : String(error);
    return err(`${dir} cannot be read: ${words}; ${hint}`);
  }
}

async function exported(dir: string): Promise<Result<JournalFolders, string>> {
  const text = await readFile(path.join(dir, MANIFEST), 'utf8');
  const manifest = Manifest.safeParse(safeJson(text));
  if (!manifest.success) return err(`${path.join(dir, MANIFEST)} is not what fairlead audit export wrote`);
  const folders = manifest.data.sources.map(({ name }) => ({ dir: path.join(dir, name), source: name }));
  return ok({ folders, manifest: manifest.data });
}

/** The files of a folder's chains, in the order of their records. */
export const chainsIn = async (dir: string): Promise<readonly (readonly string[])[]> =>
  journalChains(await readdir(dir)).map(({ files }) => files);

/** Checks every chain of a folder, a line at a time. `wants` chooses the hashes to look for. Throws the system's error. */
export async function checkFolder(
  { dir, source }: JournalFolder,
  wants: (hash: string) => boolean,
): Promise<CheckedFolder> {
  for (let left = TRIES; ; left -= 1) {
    const chains = await chainsIn(dir);
    const checked = await checkChains(dir, chains, wants).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && left > 1) return undefined;
      throw error;
    });
    const same = (await chainsIn(dir)).join() === chains.join();
    if (checked !== undefined && (same || left <= 1)) return { dir, source, ...checked };
  }
}

async function checkChains(
  dir: string,
  chains: readonly (readonly string[])[],
  wants: (hash: string) => boolean,
): Promise<Omit<CheckedFolder, keyof JournalFolder>> {
  const reports: ChainReport[] = [];
  const heads = new Map<string, string | undefined>();
  const files = new Map<string, FileRead>();
  for (const chain of chains) {
    const checked: FileReport[] = [];
    let after: Link | undefined;
    for (const file of chain) {
      const verifier = new FileVerifier(after, wants);
      const read = await eachLine(path.join(dir, file), (line) => verifier.line(line));
      files.set(file, read);
      const report = verifier.end(read.unfinished);
      for (const [head, change] of report.heads) heads.set(head, change);
      checked.push({ file, report });
      after = report.end;
    }
    reports.push(chainReport(checked));
  }
  return { chains: reports, heads, files };
}

/** What of an export is not as its manifest says. */
export function manifestFaults(manifest: Manifest, checked: readonly CheckedFolder[]): string[] {
  const faults = manifest.missing.map(({ from, why }) => `not whole: ${from} could not be asked (${why})`);
  for (const { name, files } of manifest.sources) {
    const found = checked.find(({ source }) => source === name)?.files ?? new Map<string, FileRead>();
    for (const { file, sha256 } of files) {
      const read = found.get(file);
      if (read === undefined) faults.push(`${name}/${file}: the manifest names it, and it is not here`);
      else if (read.sha256 !== sha256) faults.push(`${name}/${file}: it was changed after the export`);
    }
    for (const file of found.keys()) {
      if (!files.some((one) => one.file === file)) faults.push(`${name}/${file}: the manifest does not name it`);
    }
  }
  return faults;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
