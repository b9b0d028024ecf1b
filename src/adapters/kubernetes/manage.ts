import type { ClusterResult } from '../../ports/cluster.ts';
import { KINDS, MANAGED_LABEL } from '../../schema/kube.ts';
import type { ApiClient } from './client.ts';
import { pathOf, withQuery } from './paths.ts';

/**
 * Sets the label by which a person says that Fairlead may change this Deployment, and nothing else of it, with that
 * person's own rights. Only of the object with that `uid`: another one of the same name is a `conflict`.
 */
export async function manage(
  client: ApiClient,
  namespace: string,
  { name, uid }: { readonly name: string; readonly uid: string },
  fieldManager: string,
): Promise<ClusterResult<void>> {
  const answer = await client.send({
    method: 'PATCH',
    path: withQuery(pathOf(KINDS.Deployment, namespace, name), { fieldManager }),
    kind: 'write',
    contentType: 'application/merge-patch+json',
    body: { metadata: { uid, labels: { [MANAGED_LABEL]: 'true' } } },
  });
  return answer.ok ? { ok: true, value: undefined } : answer;
}
