import { err, ok, type Result } from '../../kernel/result.ts';
import type { Blueprint, GlobalRules } from '../blueprint.ts';
import type { KubeObject } from '../kube.ts';
import { effective, effectiveGlobal } from './effective.ts';
import type { Fault } from './fault.ts';
import { blueprintFrom, globalFrom } from './load.ts';

/**
 * The custom resource as it stands in the cluster, judged again by the same rules as a file: the API server's own
 * validation is a first line, never the only one. Faults name the object instead of a file and have no line.
 */
export function blueprintFromObject(object: KubeObject, global: GlobalRules): Result<Blueprint, Fault[]> {
  const namespace = object.metadata.namespace ?? 'default';
  const doc = blueprintFrom(object, `Blueprint ${namespace}/${object.metadata.name}`);
  return doc.ok ? effective(doc.value, global, namespace) : doc;
}

/** The `ClusterBlueprint` named `default`. */
export function globalFromObject(object: KubeObject): Result<GlobalRules, Fault[]> {
  const doc = globalFrom(object, `ClusterBlueprint ${object.metadata.name}`);
  return doc.ok ? ok(effectiveGlobal(doc.value)) : err(doc.error);
}
