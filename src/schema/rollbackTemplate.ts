import { err, ok, type Result } from '../kernel/result.ts';
import type { RevisionRef } from './change.ts';
import type { KubeObject } from './kube.ts';

const HASH_LABEL = 'pod-template-hash';

/**
 * The pod template that a ReplicaSet keeps, as its Deployment had it: without the hash label that the Deployment's
 * controller added. It must be the very ReplicaSet that the permit names, of the Deployment it names.
 */
export function rollbackTemplate(
  replicaSet: KubeObject | undefined,
  wanted: RevisionRef,
  deploymentUid: string,
): Result<unknown, string> {
  const name = `ReplicaSet ${wanted.replicaSet} (revision ${wanted.revision})`;
  if (replicaSet === undefined) return err(`${name} is gone, and with it the template to go back to`);
  const { metadata } = replicaSet;
  const owner = metadata.ownerReferences?.find((reference) => reference.controller === true)?.uid;
  if (metadata.uid !== wanted.uid || owner !== deploymentUid) return err(`${name} is another one now`);
  const template = (replicaSet.spec as { template?: Record<string, unknown> } | undefined)?.template;
  const inner = (template?.['metadata'] ?? {}) as Record<string, unknown>;
  const { [HASH_LABEL]: hash, ...labels } = (inner['labels'] ?? {}) as Record<string, unknown>;
  if (template === undefined || hash !== wanted.hash) return err(`${name} holds another template now`);
  return ok({ ...template, metadata: { ...inner, labels } });
}
