import type { z } from 'zod';
import { err, ok, type Result } from '../../kernel/result.ts';
import { type BlueprintDoc, type Form, type GlobalDoc, originOf, writtenPath } from './doc.ts';
import { BlueprintFile, BlueprintObject, type BlueprintSpec, GlobalObject } from './document.ts';
import { type Complaint, type Fault, faultAt, NOWHERE, shown } from './fault.ts';
import { complaintsOf } from './issues.ts';
import { readYaml, type YamlSource } from './readYaml.ts';
import { at, calendars, crossFaults } from './rules.ts';

/** Enough to mend a file by; more would hide the first ones. */
const MAX_FAULTS = 100;

/** A blueprint in either form. Refused whole: every fault at once, in the order of the text, each with its place. */
export function loadBlueprint(text: string, file: string): Result<BlueprintDoc, Fault[]> {
  const source = readYaml(text, file);
  return source.ok ? blueprintFrom(source.value.value, file, source.value) : source;
}

/** The organisation's rules (`ClusterBlueprint`), with the same care. */
export function loadGlobal(text: string, file: string): Result<GlobalDoc, Fault[]> {
  const source = readYaml(text, file);
  return source.ok ? globalFrom(source.value.value, file, source.value) : source;
}

/** The same for a value that is already parsed, such as an object from the cluster; without text, faults have no line. */
export function blueprintFrom(raw: unknown, file: string, source?: YamlSource): Result<BlueprintDoc, Fault[]> {
  const form: Form = at(raw, 'apiVersion') !== undefined || at(raw, 'kind') !== undefined ? 'kubernetes' : 'file';
  const wrong = wrongKind(raw, form, 'Blueprint');
  if (wrong !== undefined) return err(placed([wrong], file, source));
  const schema = form === 'kubernetes' ? BlueprintObject : BlueprintFile;
  const cross = [...crossFaults(specOf(raw, form)), ...namespaceFault(raw, form)].map((complaint) => ({
    ...complaint,
    path: writtenPath(form, complaint.path),
  }));
  const parsed = schema.safeParse(raw);
  const strange = form === 'kubernetes' && source !== undefined ? strangeMetadata(raw) : [];
  const complaints = [...(parsed.success ? [] : complaintsOf(parsed.error.issues, schema, raw)), ...cross, ...strange];
  if (!parsed.success || complaints.length > 0) return err(placed(complaints, file, source));
  return ok(docOf(parsed.data, form, file, source));
}

export function globalFrom(raw: unknown, file: string, source?: YamlSource): Result<GlobalDoc, Fault[]> {
  const wrong = wrongKind(raw, 'kubernetes', 'ClusterBlueprint');
  if (wrong !== undefined) return err(placed([wrong], file, source));
  const cross = calendars(at(raw, 'spec')).map((complaint) => ({ ...complaint, path: ['spec', ...complaint.path] }));
  const parsed = GlobalObject.safeParse(raw);
  const found = [...cross, ...(source === undefined ? [] : strangeMetadata(raw))];
  const complaints = [...(parsed.success ? [] : complaintsOf(parsed.error.issues, GlobalObject, raw)), ...found];
  if (!parsed.success || complaints.length > 0) return err(placed(complaints, file, source));
  const { metadata, spec } = parsed.data;
  return ok({ ...written(metadata), spec, origin: originOf('kubernetes', file, source) });
}

function docOf(
  data: z.infer<typeof BlueprintFile> | z.infer<typeof BlueprintObject>,
  form: Form,
  file: string,
  source: YamlSource | undefined,
): BlueprintDoc {
  const spec = 'apiVersion' in data ? data.spec : kubernetesSpec(data);
  const namespace = data.metadata.namespace ?? spec.target?.namespace;
  return {
    form,
    name: data.metadata.name,
    ...(namespace === undefined ? {} : { namespace }),
    ...written(data.metadata),
    spec,
    origin: originOf(form, file, source),
  };
}

/** The file form's parts in the order of the Kubernetes form's spec; what was not written stays absent. */
export function kubernetesSpec(file: BlueprintFile): BlueprintSpec {
  const { version, priority, criticality } = file.metadata;
  return {
    version,
    ...(priority === undefined ? {} : { priority }),
    ...(criticality === undefined ? {} : { criticality }),
    ...file.spec,
    ...(file.governance === undefined ? {} : { governance: file.governance }),
    ...(file.verification === undefined ? {} : { verification: file.verification }),
  };
}

/** Labels and annotations, where there are any. */
function written(
  metadata:
    | {
        readonly labels?: Record<string, string> | undefined;
        readonly annotations?: Record<string, string> | undefined;
      }
    | undefined,
) {
  return {
    ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
    ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
  };
}

function specOf(raw: unknown, form: Form): unknown {
  const spec = at(raw, 'spec');
  if (form === 'kubernetes' || typeof spec !== 'object' || spec === null) {
    return form === 'kubernetes' ? spec : { governance: at(raw, 'governance'), verification: at(raw, 'verification') };
  }
  return { ...spec, governance: at(raw, 'governance'), verification: at(raw, 'verification') };
}

/** A custom resource governs its own namespace only. */
function namespaceFault(raw: unknown, form: Form): Complaint[] {
  const own = at(raw, 'metadata', 'namespace');
  const target = at(raw, 'spec', 'target', 'namespace');
  if (typeof own !== 'string' || typeof target !== 'string' || own === target) return [];
  return [
    {
      code: 'TargetNamespace',
      path: ['target', 'namespace'],
      found: shown(target),
      expected: `${shown(own)}, the namespace of the blueprint itself`,
      fix:
        form === 'file'
          ? 'write one of the two'
          : 'leave target.namespace out, or move the blueprint into that namespace',
    },
  ];
}

/** In a text: Kubernetes would drop these without a word, and what was meant with them. What the API server sends is its own. */
function strangeMetadata(raw: unknown): Complaint[] {
  const metadata = at(raw, 'metadata');
  if (typeof metadata !== 'object' || metadata === null) return [];
  return Object.keys(metadata)
    .filter((key) => !OBJECT_META.has(key))
    .slice(0, MAX_FAULTS)
    .map((key) => ({
      code: 'UnknownField',
      path: ['metadata', key],
      atKey: true,
      found: shown(key),
      expected: `metadata as Kubernetes knows it: ${[...OBJECT_META].slice(0, 4).join(', ')}`,
      fix: IN_SPEC.has(key) ? `move it to spec.${key}: metadata of a custom resource cannot carry it` : 'remove it',
    }));
}

/** What people write first. */
const OBJECT_META = new Set(
  (
    'name namespace labels annotations generateName finalizers ownerReferences managedFields uid resourceVersion generation ' +
    'creationTimestamp deletionTimestamp deletionGracePeriodSeconds selfLink'
  ).split(' '),
);
const IN_SPEC = new Set(['version', 'priority', 'criticality']);

function wrongKind(raw: unknown, form: Form, wanted: 'Blueprint' | 'ClusterBlueprint'): Complaint | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    const found = Array.isArray(raw) ? 'a list' : shown(raw);
    return {
      code: 'WrongType',
      path: [],
      found,
      expected: 'a document with metadata and spec',
      fix: 'start from blueprints/examples/minimal.yaml',
    };
  }
  const kind = at(raw, 'kind');
  if (form === 'file' || typeof kind !== 'string' || kind === wanted) return undefined;
  const fix =
    kind === 'ClusterBlueprint'
      ? 'the global rules stand in a file of their own, in blueprints/global/'
      : kind === 'Blueprint'
        ? 'a blueprint of a service does not stand in blueprints/global/'
        : kind === 'Deployment'
          ? 'fairlead init -f FILE drafts a blueprint from it'
          : `write kind: ${wanted}`;
  return { code: 'WrongKind', path: ['kind'], found: shown(kind), expected: wanted, fix };
}

function placed(complaints: readonly Complaint[], file: string, source: YamlSource | undefined): Fault[] {
  const faults = complaints
    .slice(0, 2 * MAX_FAULTS)
    .map((c) => faultAt(c, file, source?.locate(c.path, c.atKey) ?? NOWHERE));
  // zod says of one value that it has both the wrong form and the wrong length: one fault.
  const once = new Map<string, Fault>();
  for (const fault of faults) if (!once.has(fault.path)) once.set(fault.path, fault);
  return [...once.values()].sort((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_FAULTS);
}
