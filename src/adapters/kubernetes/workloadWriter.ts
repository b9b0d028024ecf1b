import type { Clock } from '../../ports/clock.ts';
import type { ClusterResult } from '../../ports/cluster.ts';
import type { WorkloadWriter } from '../../ports/workload.ts';
import type { LastChange } from '../../schema/change.ts';
import { FIELD_MANAGER, KINDS, type KubeObject } from '../../schema/kube.ts';
import { patchFor } from '../../schema/patch.ts';
import { Permit } from '../../schema/permit.ts';
import type { ApiClient } from './client.ts';
import { asObject } from './objects.ts';
import { pathOf, withQuery } from './paths.ts';

/** The one place that changes a workload on a real cluster: exactly the permit's patch, sent once. */
export class KubeWorkloadWriter implements WorkloadWriter {
  readonly #client: ApiClient;
  readonly #clock: Clock;

  constructor(client: ApiClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async apply(
    permit: Permit,
    lastChange: LastChange,
    { dryRun }: { readonly dryRun: boolean },
  ): Promise<ClusterResult<KubeObject>> {
    if (!Permit.isGenuine(permit)) throw new Error('not a genuine permit: only the gate issues one');
    const { terms } = permit;
    if (this.#clock.now() >= terms.expiresAt) throw new Error(`the permit of ${terms.requestId} has expired`);
    if (!dryRun && !permit.use()) throw new Error(`the permit of ${terms.requestId} was used before`);
    const path = withQuery(pathOf(KINDS.Deployment, terms.namespace, terms.name), {
      fieldManager: FIELD_MANAGER,
      dryRun: dryRun ? 'All' : undefined,
    });
    const answer = await this.#client.send({
      method: 'PATCH',
      path,
      kind: 'jsonPatch',
      contentType: 'application/json-patch+json',
      body: patchFor(terms, lastChange),
    });
    return answer.ok ? asObject(KINDS.Deployment, answer.value, !dryRun) : answer;
  }
}
