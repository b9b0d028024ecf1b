import { NO_GLOBAL_RULES } from '../blueprint.ts';
import { type DefaultInForce, defaultsInForce } from './defaults.ts';
import type { BlueprintDoc, GlobalDoc } from './doc.ts';
import { effective, effectiveGlobal } from './effective.ts';
import type { Complaint, Fault } from './fault.ts';
import { loadBlueprint, loadGlobal } from './load.ts';
import { costsOf, notesOf } from './notes.ts';

export interface NamedText {
  readonly file: string;
  readonly text: string;
}

/** What `fairlead validate -o json` prints, with the notes of each file. */
export interface ValidationReport {
  readonly files: readonly {
    readonly file: string;
    readonly valid: boolean;
    readonly errors: readonly Omit<Fault, 'file'>[];
  }[];
}

/** What `fairlead validate` adds for one good file: its notes, and with -v the defaults and what costs something. */
export interface InForce {
  readonly defaults: readonly DefaultInForce[];
  readonly notes: readonly string[];
  readonly costs: readonly string[];
}

export interface Validation {
  readonly report: ValidationReport;
  readonly valid: boolean;
  readonly inForce: ReadonlyMap<string, InForce>;
}

/**
 * Judges files together: the global rules among them (kind ClusterBlueprint, or a file in a folder `global`) bind the
 * blueprints. `global` are rules to judge by when none of the files has any. Two blueprints for one target are refused:
 * the second in the order given.
 */
export function validateFiles(files: readonly NamedText[], global?: GlobalDoc): Validation {
  const globals = new Map(
    files.filter(isGlobal).map((named) => [named.file, loadGlobal(named.text, named.file)] as const),
  );
  const [firstGlobal] = [...globals.values()].filter((loaded) => loaded.ok).map((loaded) => loaded.value);
  const rules = firstGlobal ?? global;
  const inForce = new Map<string, InForce>();
  const targets = new Map<string, string>();
  const reports = files.map(({ file, text }) => {
    const loaded = globals.get(file);
    if (loaded !== undefined) return reportOf(file, loaded.ok ? [] : loaded.error);
    const doc = loadBlueprint(text, file);
    if (!doc.ok) return reportOf(file, doc.error);
    const namespace = doc.value.namespace ?? 'default';
    const judged = effective(
      doc.value,
      rules === undefined ? NO_GLOBAL_RULES : effectiveGlobal(rules),
      namespace,
      rules,
    );
    const faults = [...(judged.ok ? [] : judged.error), ...claimed(doc.value, namespace, targets)];
    if (faults.length === 0)
      inForce.set(file, {
        defaults: defaultsInForce(doc.value),
        notes: [...notesOf(doc.value), ...ceilingNotes(doc.value, rules)],
        costs: costsOf(doc.value),
      });
    return reportOf(file, faults);
  });
  return { report: { files: reports }, valid: reports.every(({ valid }) => valid), inForce };
}

/** Whether a file holds the organisation's rules: by its kind, or by standing in a folder `global`. */
export const isGlobal = ({ file, text }: NamedText): boolean =>
  /^kind:\s*["']?ClusterBlueprint\b/m.test(text) ||
  (/(^|[\\/])global[\\/][^\\/]+$/.test(file) && !/^kind:\s*["']?Blueprint\b/m.test(text));

function reportOf(file: string, faults: readonly Fault[]): ValidationReport['files'][number] {
  return { file, valid: faults.length === 0, errors: faults.map(({ file: _file, ...rest }) => rest) };
}

function claimed(doc: BlueprintDoc, namespace: string, targets: Map<string, string>): Fault[] {
  const target = `${namespace}/${doc.spec.target?.name ?? doc.name}`;
  const holder = targets.get(target);
  targets.set(target, holder ?? doc.origin.file);
  if (holder === undefined) return [];
  const complaint: Complaint = {
    code: 'TargetTaken',
    path: doc.spec.target?.name === undefined ? [] : ['target', 'name'],
    found: `Deployment ${target}`,
    expected: `a Deployment that no other blueprint governs; ${holder} has it`,
    fix: 'remove one of the two, or name another target',
  };
  return [doc.origin.fault(complaint)];
}

function ceilingNotes(doc: BlueprintDoc, rules: GlobalDoc | undefined): string[] {
  const ceiling = rules?.spec.autonomy;
  const lowered = ceiling !== undefined && ceiling !== 'autonomous' && ceiling !== (doc.spec.autonomy ?? 'autonomous');
  return lowered ? [`the global rules allow no more autonomy than ${ceiling}`] : [];
}
