import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { receiveJournals, type SentFile, sendJournals } from '../../../adapters/journal/journalStream.ts';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { MANIFEST, type Manifest } from '../../../audit/manifest.ts';
import { loadConfig } from '../../../config.ts';
import { sha256 } from '../../../schema/journalHash.ts';
import { EXIT, type Format, type Io, print } from '../io.ts';
import { type KubectlFlags, podJournals, podsOf } from '../kubectl.ts';
import { VERSION } from '../version.ts';
import { checkFolder } from './journalFolder.ts';

interface ExportFlags extends KubectlFlags {
  readonly data?: readonly string[];
  readonly pods?: boolean;
  readonly output: Format;
}

/** Where journals come from: a folder of this machine, or a pod. */
interface Source {
  /** Of its folder in the export. */
  readonly name: string;
  readonly from: string;
  readonly stream: (signal: AbortSignal) => AsyncIterable<Buffer>;
}

type Taken = Manifest['sources'][number];

/** Gathers journals into one new folder that `audit verify` reads; `-` sends those of one folder to the standard output. */
export async function auditExport(io: Io, folder: string, flags: ExportFlags): Promise<number> {
  const dirs = dataDirs(flags);
  if (typeof dirs === 'string') {
    io.err(`fairlead: ${dirs}\n`);
    return EXIT.usage;
  }
  if (folder === '-') return send(io, dirs, flags);
  if ((await stat(folder).catch(() => undefined)) !== undefined) {
    io.err(`fairlead: ${folder} is there already, and an export takes nothing's place; name a new folder\n`);
    return EXIT.failed;
  }
  const pods = flags.pods === true ? await podsOf(flags, io.signal) : { ok: true as const, value: [] };
  if (!pods.ok) {
    io.err(`fairlead: ${pods.error}\n`);
    return EXIT.failed;
  }
  const sources: Source[] = [
    ...pods.value.map((pod) => ({
      name: pod,
      from: `pod ${flags.namespace}/${pod}`,
      stream: (signal: AbortSignal) => podJournals(pod, flags, signal),
    })),
    ...localSources(dirs),
  ];
  const part = `${folder}.part`;
  try {
    await mkdir(path.dirname(path.resolve(folder)), { recursive: true });
    await mkdir(part, { mode: 0o700 });
  } catch (error) {
    const there = (error as NodeJS.ErrnoException).code === 'EEXIST';
    io.err(`fairlead: ${there ? `${part} is left of an export that did not end: delete it` : words(error)}\n`);
    return EXIT.failed;
  }
  try {
    const manifest = await gather(io, sources, part);
    if (manifest === undefined) return EXIT.failed;
    const text = `${JSON.stringify(manifest, null, 2)}\n`;
    await writeFile(path.join(part, MANIFEST), text, { mode: 0o600 });
    await rename(part, folder);
    tell(io, folder, manifest, sha256(text), flags.output);
    const whole = manifest.missing.length === 0;
    return whole && manifest.sources.every(({ chains }) => chains.every(({ ok }) => ok)) ? EXIT.ok : EXIT.failed;
  } catch (error) {
    io.err(`fairlead: the export was not made: ${words(error)}\n`);
    return EXIT.failed;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** Folders of this machine: those that were named, or where roles keep theirs; with --pods none unless named. */
function dataDirs({ data, pods }: ExportFlags): readonly string[] | string {
  if (data !== undefined && data.length > 0) return data;
  if (pods === true) return [];
  const config = loadConfig();
  return config.ok ? [config.value.dataDir] : config.error;
}

function localSources(dirs: readonly string[]): Source[] {
  return dirs.map((dir, place) => {
    const own = path.basename(path.resolve(dir)).replaceAll(/[^a-zA-Z0-9._-]/g, '-');
    const name = `local-${place + 1}-${own}`.slice(0, 100);
    return { name, from: `folder ${path.resolve(dir)}`, stream: () => sendJournals(dir) };
  });
}

/** Undefined when nothing at all was had; it was said why. */
async function gather(io: Io, sources: readonly Source[], part: string): Promise<Manifest | undefined> {
  const taken: Taken[] = [];
  const missing: Manifest['missing'][number][] = [];
  for (const { name, from, stream } of sources) {
    const dir = path.join(part, name);
    await mkdir(dir, { mode: 0o700 });
    try {
      const files = await receiveJournals(stream(io.signal), dir);
      if (files.length === 0) throw new Error('it holds no journal');
      taken.push(await described(dir, name, from, files));
    } catch (error) {
      await rm(dir, { recursive: true, force: true });
      missing.push({ from, why: words(error).slice(0, 500) });
      io.err(`fairlead: ${from}: ${words(error)}\n`);
    }
    if (io.signal.aborted) return undefined;
  }
  if (taken.length === 0) {
    io.err('fairlead: no journal was found anywhere, and no export was made\n');
    return undefined;
  }
  const madeAt = new Date(systemClock.now()).toISOString();
  return { format: 'fairlead-export/1', version: VERSION, madeAt, sources: taken, missing };
}

async function described(dir: string, name: string, from: string, files: readonly SentFile[]): Promise<Taken> {
  const { chains } = await checkFolder({ dir, source: name }, () => false);
  return {
    name,
    from,
    files: [...files],
    chains: chains.map(({ writer, begins, records, head, ok }) => ({ writer, begins, records, head, ok })),
  };
}

function tell(io: Io, folder: string, manifest: Manifest, digest: string, output: Format): void {
  print(io, output, { folder, manifestSha256: digest, ...manifest }, () => {
    const lines = manifest.sources.flatMap(({ name, files, chains }) => [
      `${name}: ${files.length} files, ${files.reduce((sum, { bytes }) => sum + bytes, 0)} bytes`,
      ...chains.map(
        ({ writer, records, head, ok, begins }) =>
          `  ${writer}: ${ok ? 'sound' : 'NOT SOUND'}, ${records} records from ${begins}, head ${head.slice(0, 12)}`,
      ),
    ]);
    const missing = manifest.missing.map(({ from }) => `NOT WHOLE: ${from} could not be asked`);
    return `${[...lines, ...missing, `manifest sha256 ${digest}: keep it elsewhere; who can write ${folder} can write its manifest`].join('\n')}\n`;
  });
}

async function send(io: Io, dirs: readonly string[], { pods }: ExportFlags): Promise<number> {
  const [dir] = dirs;
  if (dir === undefined || dirs.length > 1 || pods === true) {
    io.err('fairlead: - sends the journals of one folder of this machine: name one with --data, and no --pods\n');
    return EXIT.usage;
  }
  if (io.bytes === undefined || io.interactive) {
    io.err('fairlead: what - sends is for fairlead audit export at the other end of a pipe, and not for a terminal\n');
    return EXIT.usage;
  }
  try {
    await readdir(dir);
    const packed = Readable.from(sendJournals(dir)).pipe(createGzip());
    for await (const chunk of packed as AsyncIterable<Buffer>) await io.bytes(chunk);
    return EXIT.ok;
  } catch (error) {
    io.err(`fairlead: the journals in ${dir} cannot be sent: ${words(error)}\n`);
    return EXIT.failed;
  }
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
