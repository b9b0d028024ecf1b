import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { convertText } from '../../../schema/blueprint/convert.ts';
import type { Fault } from '../../../schema/blueprint/fault.ts';
import { loadBlueprint, loadGlobal } from '../../../schema/blueprint/load.ts';
import { toGlobalObject, toObject } from '../../../schema/blueprint/toObject.ts';
import { isGlobal, type NamedText, type Validation, validateFiles } from '../../../schema/blueprint/validateFiles.ts';
import { KINDS, type Kind, type KubeObject } from '../../../schema/kube.ts';
import { EXIT, type Io, print } from '../io.ts';
import type { ExplainFlags } from './explain.ts';

/** More than a blueprint may have; anything larger is cut, and then refused by its size. */
const READ_AT_MOST = 1024 * 1024;

/** The blueprint files below the paths given, with their texts; a sentence when one cannot be read or there is none. */
export async function readTexts(paths: readonly string[]): Promise<Result<NamedText[], string>> {
  const texts: NamedText[] = [];
  for (const given of paths) {
    try {
      const files = (await stat(given)).isDirectory()
        ? (await readdir(given, { recursive: true }))
            .filter(isBlueprintFile)
            .sort()
            .map((name) => path.join(given, name))
        : [given];
      for (const file of files) texts.push({ file, text: (await readFile(file, 'utf8')).slice(0, READ_AT_MOST) });
    } catch (error) {
      return err(`${given} cannot be read: ${wordsOf(error)}`);
    }
  }
  return texts.length === 0
    ? err(`there is no .yaml file in ${paths.join(', ')}; fairlead init drafts one`)
    : ok(texts);
}

function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file or folder';
  return code === 'EACCES' ? 'no right to read it' : message;
}

/** Not the verdicts that examples must give, which stand beside them. */
const isBlueprintFile = (name: string): boolean => /\.ya?ml$/.test(name) && !/\.verdicts\.ya?ml$/.test(name);

/** As compilers print it, the fix on a line of its own. */
const faultText = (file: string, { line, column, message, fix }: Omit<Fault, 'file'>): string =>
  `${file}:${line}:${column}: ${message}\n    fix: ${fix}\n`;

/** Every fault of a validation, or nothing. */
export const faultsText = ({ report }: Validation): string =>
  report.files.map(({ file, errors }) => errors.map((fault) => faultText(file, fault)).join('')).join('');

export async function validate(
  io: Io,
  paths: readonly string[],
  flags: ExplainFlags & { verbose?: boolean; global?: string; explain?: boolean },
): Promise<number> {
  const read = await readTexts([...paths, ...(flags.global === undefined ? [] : [flags.global])]);
  if (!read.ok) {
    io.err(`fairlead: ${read.error}\n`);
    return EXIT.failed;
  }
  const validation = validateFiles(read.value);
  print(io, flags.output, reportWith(validation, flags.verbose === true), () =>
    validation.report.files
      .map(({ file, valid, errors }) =>
        valid
          ? `${file}: valid\n${inForceText(validation, file, flags.verbose === true)}`
          : errors.map((fault) => faultText(file, fault)).join(''),
      )
      .join(''),
  );
  if (flags.explain === true && !validation.valid) {
    const { explainFaults } = await import('./explain.ts');
    const explained = await explainFaults(io, read.value, validation, flags);
    if (!explained.ok) {
      io.err(`fairlead: ${explained.error}\n`);
      return EXIT.usage;
    }
  }
  return validation.valid ? EXIT.ok : EXIT.failed;
}

/** What programs read: the report, with what people are shown below each file. */
function reportWith({ report, inForce }: Validation, verbose: boolean): object {
  const messages = (lines: readonly string[]): object[] => lines.map((message) => ({ message }));
  return {
    files: report.files.map((one) => {
      const { defaults = [], notes = [], costs = [] } = inForce.get(one.file) ?? {};
      return { ...one, notes: messages(notes), ...(verbose && { defaults, costs: messages(costs) }) };
    }),
  };
}

function inForceText({ inForce }: Validation, file: string, verbose: boolean): string {
  const { defaults = [], notes = [], costs = [] } = inForce.get(file) ?? {};
  return [
    ...(verbose ? defaults : []).map(({ path: at, value, why }) => `  default  ${at}: ${value}  (${why})\n`),
    ...(verbose ? costs : []).map((cost) => `  cost     ${cost}\n`),
    ...notes.map((note) => `  note     ${note}\n`),
  ].join('');
}

export async function convert(io: Io, file: string, flags: { namespace?: string }): Promise<number> {
  const read = await readTexts([file]);
  if (!read.ok) {
    io.err(`fairlead: ${read.error}\n`);
    return EXIT.failed;
  }
  const [named] = read.value;
  if (named === undefined || read.value.length !== 1 || isGlobal(named)) {
    io.err(`fairlead: convert wants one file with one blueprint of a service; global rules have one form only\n`);
    return EXIT.usage;
  }
  const loaded = loadBlueprint(named.text, named.file);
  if (!loaded.ok) {
    io.err(loaded.error.map((fault) => faultText(named.file, fault)).join(''));
    return EXIT.failed;
  }
  io.out(convertText(loaded.value, flags.namespace));
  return EXIT.ok;
}

/** The custom resource of a file that is valid, and its kind. Throws for one that is not: that is the caller's bug. */
export function resourceOf(named: NamedText, namespace: string): { kind: Kind; object: KubeObject } {
  if (isGlobal(named)) {
    const loaded = loadGlobal(named.text, named.file);
    if (loaded.ok) return { kind: KINDS.ClusterBlueprint, object: toGlobalObject(loaded.value) };
  } else {
    const loaded = loadBlueprint(named.text, named.file);
    if (loaded.ok) return { kind: KINDS.Blueprint, object: toObject(loaded.value, namespace) };
  }
  throw new Error(`${named.file} is not valid`);
}
