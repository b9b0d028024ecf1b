import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, LAST_CHANGE_ANNOTATION } from '../../src/schema/kube.ts';
import { RESTARTED_AT } from '../../src/schema/patch.ts';
import type { Written } from './serverRecord.ts';

/** What one write did to a Deployment, read off the object before and after it. */
export interface Touch {
  readonly kind: 'scale' | 'restart' | 'resources' | 'rollback';
  /** Replicas before and after; the same where it was no scale. */
  readonly from: number;
  readonly to: number;
  /** Of the annotation that came with it. */
  readonly id: string;
  readonly decision: string;
  readonly undo: boolean;
  readonly log: string;
}

interface Template {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly Container[] };
}
export interface Container {
  readonly image?: string;
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}
interface Spec {
  readonly replicas: number;
  readonly template: Template;
}

export const specOf = (object: KubeObject): Spec => object.spec as Spec;

/** The words of a violation when it is more than one of the four changes there are, with its annotation. */
export function touchOf({ before, after, verb, namespace, name }: Written): Touch | string {
  const where = `${verb} of Deployment ${namespace}/${name}`;
  if (before === undefined || verb !== 'patch') return `${where}: Fairlead only patches what is there`;
  const note = annotation(after);
  // Somebody may have forged a note of the same id before; a write of that id twice is told from the writes themselves.
  if (note === undefined || isDeepStrictEqual(note, annotation(before))) {
    return `${where}: without its note on the object`;
  }
  if (!isDeepStrictEqual(otherMetadata(before), otherMetadata(after))) return `${where}: metadata was changed`;
  const [old, now] = [specOf(before), specOf(after)];
  const { replicas: from, template: oldTemplate, ...oldRest } = old;
  const { replicas: to, template: newTemplate, ...newRest } = now;
  if (!isDeepStrictEqual(oldRest, newRest)) return `${where}: more than replicas and template`;
  const base = { from, to, ...note };
  if (isDeepStrictEqual(oldTemplate, newTemplate)) return { ...base, kind: 'scale' };
  if (from !== to) return `${where}: replicas and template at once`;
  if (isDeepStrictEqual(unstamped(oldTemplate), unstamped(newTemplate))) return { ...base, kind: 'restart' };
  if (isDeepStrictEqual(unsized(oldTemplate), unsized(newTemplate))) return { ...base, kind: 'resources' };
  return { ...base, kind: 'rollback' };
}

function annotation(object: KubeObject): Pick<Touch, 'id' | 'decision' | 'undo' | 'log'> | undefined {
  try {
    const { id, decision, undo, log } = JSON.parse(object.metadata.annotations?.[LAST_CHANGE_ANNOTATION] ?? '');
    return typeof id === 'string' ? { id, decision, undo, log } : undefined;
  } catch {
    return undefined;
  }
}

function otherMetadata({ metadata }: KubeObject): unknown {
  const { [LAST_CHANGE_ANNOTATION]: _, ...annotations } = metadata.annotations ?? {};
  const { name, namespace, uid, labels, ownerReferences, finalizers } = metadata;
  return { name, namespace, uid, labels, ownerReferences, finalizers, annotations };
}

function unstamped(template: Template): unknown {
  const { [RESTARTED_AT]: _, ...annotations } = template.metadata?.annotations ?? {};
  return { ...template, metadata: { ...template.metadata, annotations } };
}

const unsized = (template: Template): unknown => ({
  ...template,
  spec: { ...template.spec, containers: template.spec.containers.map(({ resources: _, ...rest }) => rest) },
});
