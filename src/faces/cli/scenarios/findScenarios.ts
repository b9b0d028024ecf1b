import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../../../kernel/result.ts';
import type { Scenario } from '../../../scenario/format.ts';
import type { ReadBeside } from '../../../scenario/plant.ts';
import { readScenario } from '../../../scenario/readScenario.ts';

export interface Found {
  readonly file: string;
  readonly scenario: Scenario;
}

/** Files that a scenario names stand beside it. */
export const beside =
  ({ file }: Found): ReadBeside =>
  (name) =>
    readFileSync(path.join(path.dirname(file), name), 'utf8');

/** The files themselves, and of a folder every `*.yaml` whose name does not begin with `_`. Two of one id would be told as one. */
export function findScenarios(paths: readonly string[]): Result<Found[], string> {
  const files: string[] = [];
  for (const given of paths) {
    const stat = statSync(given, { throwIfNoEntry: false });
    if (stat === undefined) return err(`${given}: there is no such file or folder`);
    if (stat.isDirectory()) files.push(...yamlIn(given));
    else files.push(given);
  }
  if (files.length === 0) return err(`${paths.join(', ')}: there are no scenarios (*.yaml) in it`);
  const found: Found[] = [];
  for (const file of files) {
    const read = readScenario(readFileSync(file, 'utf8'), file);
    if (!read.ok) return read;
    const twin = found.find(({ scenario }) => scenario.id === read.value.id);
    if (twin !== undefined)
      return err(`${file}: the id ${read.value.id} is that of ${twin.file} as well; give it its own`);
    found.push({ file, scenario: read.value });
  }
  return ok(found);
}

const yamlIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^[^_].*\.ya?ml$/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
