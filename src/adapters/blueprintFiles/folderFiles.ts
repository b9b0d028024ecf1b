import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isScalar, parseDocument } from 'yaml';
import { err, ok, type Result } from '../../kernel/result.ts';
import type { BlueprintFiles, FileLine, FileRaise } from '../../ports/blueprintFiles.ts';
import { writtenPath } from '../../schema/blueprint/doc.ts';
import type { BlueprintSpec } from '../../schema/blueprint/document.ts';
import { documentHash } from '../../schema/blueprint/effective.ts';
import { loadBlueprint } from '../../schema/blueprint/load.ts';
import { MAX_BYTES } from '../../schema/blueprint/readYaml.ts';
import { isGlobal } from '../../schema/blueprint/validateFiles.ts';

/** More than any folder of blueprints holds. */
const MOST_FILES = 5_000;
const AROUND = 3;

interface Edit {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The blueprints of a folder. `namespace` is that of files which name none. Only a file that still says exactly what was
 * approved is touched, and of it only two values: comments, order and everything else stay as people wrote them.
 */
export function folderFiles(dir: string, namespace: string): BlueprintFiles {
  return {
    async raise(raise) {
      const edit = await editFor(dir, namespace, raise);
      if (!edit.ok || edit.value === 'absent') return edit.ok ? ok('absent') : edit;
      if (edit.value.before === edit.value.after) return ok('written');
      const written = await replaceFile(edit.value);
      return written.ok ? ok('written') : written;
    },
    async preview(raise) {
      const edit = await editFor(dir, namespace, raise);
      return !edit.ok || edit.value === 'absent' ? (edit.ok ? ok('absent') : edit) : ok(linesOf(edit.value));
    },
  };
}

async function editFor(dir: string, ours: string, raise: FileRaise): Promise<Result<Edit | 'absent', string>> {
  const found = await find(dir, ours, raise);
  if (!found.ok || found.value === undefined) return found.ok ? ok('absent') : found;
  const { file, text } = found.value;
  const loaded = loadBlueprint(text, file);
  if (!loaded.ok) return err(`${file} has faults, so nothing is written into it: ${loaded.error[0]?.message ?? ''}`);
  const { spec, form } = loaded.value;
  if (isRaised(spec, raise)) return ok({ file, before: text, after: text });
  if (documentHash(spec) !== raise.hash || spec.scaling.max_replicas !== raise.from) {
    return err(`${file} is not what was approved any more: it is left as it is`);
  }
  const after = spliced(text, [
    { path: writtenPath(form, ['scaling', 'max_replicas']), value: String(raise.to) },
    { path: writtenPath(form, ['version']), value: raise.version.to },
  ]);
  if (after === undefined) return err(`${file} does not hold both values as plain scalars: write them out, then raise`);
  const checked = loadBlueprint(after, file);
  return checked.ok && isRaised(checked.value.spec, raise)
    ? ok({ file, before: text, after })
    : err(`${file} cannot be edited without changing more than was approved`);
}

/** What was approved, with the raise in it: somebody was here before, perhaps we. */
const isRaised = (spec: BlueprintSpec, { hash, from, to, version }: FileRaise): boolean =>
  spec.version === version.to &&
  spec.scaling.max_replicas === to &&
  documentHash({ ...spec, version: version.from, scaling: { ...spec.scaling, max_replicas: from } }) === hash;

/** The text with these scalars replaced and not one other byte touched; undefined when one of them is no scalar. */
function spliced(
  text: string,
  edits: readonly { readonly path: readonly (string | number)[]; readonly value: string }[],
): string | undefined {
  const document = parseDocument(text);
  const cuts: { start: number; end: number; value: string }[] = [];
  for (const { path: at, value } of edits) {
    const node = document.getIn(at, true);
    if (!isScalar(node) || !node.range) return undefined;
    const [start, end] = node.range;
    const quote = /^["']/.exec(text.slice(start, end))?.[0] ?? '';
    cuts.push({ start, end, value: `${quote}${value}${quote}` });
  }
  return cuts
    .toSorted((a, b) => b.start - a.start)
    .reduce((now, { start, end, value }) => now.slice(0, start) + value + now.slice(end), text);
}

/** The one file that holds this blueprint; an error when two do, since nobody can say which counts. */
async function find(
  dir: string,
  ours: string,
  { namespace, name }: FileRaise,
): Promise<Result<{ readonly file: string; readonly text: string } | undefined, string>> {
  const found: { file: string; text: string }[] = [];
  try {
    const names = (await readdir(dir, { recursive: true })).filter((each) => /\.ya?ml$/.test(each)).sort();
    if (names.length > MOST_FILES)
      return err(`${dir} has ${names.length} YAML files, more than the ${MOST_FILES} looked at`);
    for (const each of names) {
      const file = path.join(dir, each);
      if ((await stat(file)).size > MAX_BYTES) continue;
      const text = await readFile(file, 'utf8');
      if (isGlobal({ file, text })) continue;
      const loaded = loadBlueprint(text, file);
      const isIt = loaded.ok && loaded.value.name === name && (loaded.value.namespace ?? ours) === namespace;
      if (isIt) found.push({ file, text });
    }
  } catch (error) {
    return err(`${dir} cannot be read: ${words(error)}`);
  }
  const [one, other] = found;
  return one !== undefined && other !== undefined
    ? err(`${one.file} and ${other.file} both hold ${namespace}/${name}: keep one`)
    : ok(one);
}

/** In one step, with the mode that the file had; refused when somebody saved it meanwhile. */
async function replaceFile({ file, before, after }: Edit): Promise<Result<void, string>> {
  const next = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`);
  try {
    const { mode } = await stat(file);
    const handle = await open(next, 'wx', mode & 0o777);
    try {
      await handle.writeFile(after);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if ((await readFile(file, 'utf8')) !== before) throw new Error('somebody saved it meanwhile');
    await rename(next, file);
    return ok(undefined);
  } catch (error) {
    await rm(next, { force: true });
    return err(`${file} was not written: ${words(error)}`);
  }
}

/** The lines that differ, with a few around them. Both texts have the same number of lines: only values were replaced. */
function linesOf({ before, after }: Edit): FileLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const isNear = (at: number): boolean =>
    old.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((text, i) => text !== now[Math.max(0, at - AROUND) + i]);
  return old.flatMap((text, at): FileLine[] => {
    if (text !== now[at]) {
      return [
        { sign: '-', text },
        { sign: '+', text: now[at] ?? '' },
      ];
    }
    return isNear(at) ? [{ sign: ' ', text }] : [];
  });
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
