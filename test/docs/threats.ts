import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { admissionObjects } from '../../src/install/admission.ts';
import { ROOT } from './pages.ts';

/** One row of the table of threats in docs/SECURITY.md. */
export interface Threat {
  readonly number: string;
  readonly threat: string;
  readonly stops: string;
  readonly controls: readonly string[];
  readonly tests: readonly string[];
}

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);

/** The rows of the table whose head ends with Control and Test, in the order of the page. */
export function threatsIn(page: string): readonly Threat[] {
  const lines = page.split('\n');
  const head = lines.findIndex((line) => /\| Control \| Test \|$/.test(line));
  if (head === -1) return [];
  const body = lines.slice(head + 2);
  const end = body.findIndex((line) => !line.startsWith('|'));
  return body.slice(0, end === -1 ? body.length : end).map((line) => {
    const [number = '', threat = '', stops = '', control = '', test = ''] = line.split('|').slice(1, -1);
    return {
      number: number.trim(),
      threat: threat.trim(),
      stops: stops.trim(),
      controls: quoted(control),
      tests: quoted(test),
    };
  });
}

/** Admission policies that `fairlead install` prints. */
const policies = new Set(
  admissionObjects('agent-system')
    .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
    .map(({ metadata }) => metadata.name),
);

const holdsSource = (file: string): boolean => {
  const full = path.join(ROOT, file);
  if (!file.startsWith('src/') || !existsSync(full)) return false;
  return statSync(full).isDirectory() ? readdirSync(full).some((name) => name.endsWith('.ts')) : file.endsWith('.ts');
};

const isTest = (file: string): boolean => /\.test\.ts$/.test(file) && existsSync(path.join(ROOT, file));

/** What of a row a reader would look for in vain. */
export function inVain({ number, threat, stops, controls, tests }: Threat, at: number): readonly string[] {
  return [
    ...(number === String(at + 1) ? [] : [`row ${at + 1} has the number ${number}`]),
    ...(threat === '' || stops === '' ? [`threat ${number} is not said, or not what stops it`] : []),
    ...(controls.length === 0 ? [`threat ${number} has no control`] : []),
    ...(tests.length === 0 ? [`threat ${number} has no test`] : []),
    ...controls.flatMap((control) =>
      policies.has(control) || holdsSource(control)
        ? []
        : [`threat ${number}: ${control} is no file of src and no policy`],
    ),
    ...tests.flatMap((test) => (isTest(test) ? [] : [`threat ${number}: there is no test ${test}`])),
  ];
}
