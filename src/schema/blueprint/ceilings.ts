import type { Blueprint, GlobalRules, Safety } from '../blueprint.ts';
import { formatCpu, formatMemory } from '../quantity.ts';
import { formatDuration } from '../units.ts';
import type { BlueprintDoc, GlobalDoc } from './doc.ts';
import type { Complaint, Fault, Path } from './fault.ts';
import { shown } from './fault.ts';

/**
 * Where a blueprint is looser than the global rules: one fault each, naming the place in both documents. Autonomy is not
 * among them: its ceiling lowers what is written, so that it can be pulled down in an emergency without a blueprint being
 * refused.
 */
export function looserThanGlobal(
  doc: BlueprintDoc,
  blueprint: Blueprint,
  global: GlobalRules,
  globalDoc: GlobalDoc | undefined,
): Fault[] {
  const complaints = [
    ...aboveCeilings(blueprint, global),
    ...forbiddenByGlobal(blueprint, global),
    ...safety(doc, blueprint.safety, global.safety),
  ];
  return complaints.map(({ globalPath, ...complaint }) => {
    const place = globalPlace(globalPath, globalDoc);
    const fault = doc.origin.fault(complaint);
    const here = fault.line > 0 ? `line ${fault.line}` : fault.file;
    return { ...fault, message: `${fault.message} (${here}; global rules: ${place})` };
  });
}

type Looser = Complaint & { readonly globalPath: Path };

function aboveCeilings(blueprint: Blueprint, global: GlobalRules): Looser[] {
  const { ceilings } = global;
  const above = (
    path: Path,
    value: number | undefined,
    ceiling: number | undefined,
    key: string,
    format: (value: number) => string,
  ): Looser[] =>
    value === undefined || ceiling === undefined || value <= ceiling
      ? []
      : [
          {
            code: 'AboveGlobalCeiling',
            path,
            globalPath: ['ceilings', key],
            found: format(value),
            expected: `at most the global ceiling, ${format(ceiling)}`,
            fix: `lower it to ${format(ceiling)} or less, or have the global rules raised`,
          },
        ];
  return [
    ...above(['scaling', 'max_replicas'], blueprint.scaling.maxReplicas, ceilings.maxReplicas, 'max_replicas', String),
    ...above(['resources', 'cpu', 'max'], blueprint.resources.cpu?.max, ceilings.cpu, 'cpu', formatCpu),
    ...above(['resources', 'memory', 'max'], blueprint.resources.memory?.max, ceilings.memory, 'memory', formatMemory),
  ];
}

function forbiddenByGlobal(blueprint: Blueprint, global: GlobalRules): Looser[] {
  const { allowed, requiresApproval } = blueprint.authority;
  const authority = ['governance', 'agent_authority'];
  const granted = [
    ...allowed.map((operation, index) => ({ operation, path: [...authority, 'allowed_operations', index] })),
    ...requiresApproval.map(({ operation }, index) => ({
      operation,
      path: [...authority, 'requires_approval', index, 'operation'],
    })),
  ];
  return granted
    .filter(({ operation }) => global.forbidden.includes(operation))
    .map(({ operation, path }) => ({
      code: 'GloballyForbidden',
      path,
      globalPath: ['forbidden_operations', global.forbidden.indexOf(operation)],
      found: operation,
      expected: 'an operation that the global rules do not forbid',
      fix: `remove ${operation}: no blueprint can allow it`,
    }));
}

const SAFETY: readonly {
  readonly key: keyof Safety;
  readonly field: string;
  readonly least: boolean;
  readonly format: (value: number) => string;
}[] = [
  { key: 'cooldownMs', field: 'cooldown', least: true, format: formatDuration },
  { key: 'operationsPerHour', field: 'operations_per_hour', least: false, format: String },
  { key: 'downsPerHour', field: 'downs_per_hour', least: false, format: String },
  { key: 'optionalPerHour', field: 'optional_per_hour', least: false, format: String },
  { key: 'breakerFailures', field: 'breaker_failures', least: false, format: String },
  { key: 'freshnessMs', field: 'freshness', least: false, format: formatDuration },
  { key: 'downWindowMs', field: 'down_window', least: true, format: formatDuration },
];

function safety(doc: BlueprintDoc, own: Safety, global: Safety): Looser[] {
  const written: Readonly<Record<string, unknown>> = doc.spec.safety ?? {};
  return SAFETY.filter(({ key, field, least }) => {
    if (written[field] === undefined) return false;
    return least ? own[key] < global[key] : own[key] > global[key];
  }).map(({ key, field, least, format }) => ({
    code: 'LooserThanGlobal',
    path: ['safety', field],
    globalPath: ['safety', field],
    found: shown(written[field]),
    expected: `${least ? 'at least' : 'at most'} ${format(global[key])}: a blueprint may only be stricter`,
    fix: `write ${format(global[key])} or ${least ? 'more' : 'less'}, or leave it out`,
  }));
}

function globalPlace(path: Path, globalDoc: GlobalDoc | undefined): string {
  const field = path
    .map(String)
    .join('.')
    .replace(/\.\d+$/, '');
  if (globalDoc === undefined) return field;
  const [section, key] = path;
  const written: unknown =
    section === undefined ? undefined : Object.getOwnPropertyDescriptor(globalDoc.spec, section)?.value;
  const present = typeof written === 'object' && written !== null && key !== undefined && Object.hasOwn(written, key);
  if (!present) return `built-in default of ${field}`;
  const { file, line } = globalDoc.origin.fault({ code: 'LooserThanGlobal', path, found: '', expected: '', fix: '' });
  return line > 0 ? `${file}:${line}` : `${file} ${field}`;
}
