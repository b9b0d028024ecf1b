import { ok } from '../../../kernel/result.ts';
import type { ClusterResult } from '../../../ports/cluster.ts';
import type { NamedText } from '../../../schema/blueprint/validateFiles.ts';
import type { Kind, KubeObject } from '../../../schema/kube.ts';
import type { Session } from '../session.ts';
import { resourceOf } from './blueprints.ts';

export interface Put {
  readonly kind: Kind;
  /** As the cluster has it now. */
  readonly object: KubeObject;
  /** What people should know of it, a line. */
  readonly note?: string;
}

/** Writes one document to the cluster. Another text under the version that it had is no fault, and is said. */
export async function putDocument(cluster: Session['cluster'], named: NamedText): Promise<ClusterResult<Put>> {
  const { kind, object } = resourceOf(named, cluster.namespace);
  const { namespace, name } = object.metadata;
  const before = await cluster.reader.get(kind, namespace, name);
  const done = await cluster.applyObject(kind, object);
  if (!done.ok) return done;
  const [was, is] = [before.ok ? before.value : undefined, done.value];
  const version = versionOf(is);
  const isSilent = was !== undefined && was.metadata.generation !== is.metadata.generation;
  if (!isSilent || version === undefined || versionOf(was) !== version) return ok({ kind, object: is });
  const note = `${kind.kind} ${name} says something else under the same version ${version}: records tell the two apart by their hash alone; raise metadata.version with each change`;
  return ok({ kind, object: is, note });
}

const versionOf = ({ spec }: KubeObject): string | undefined => (spec as { version?: string } | undefined)?.version;
