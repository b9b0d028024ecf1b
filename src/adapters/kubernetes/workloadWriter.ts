import { err, ok } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ClusterError, ClusterResult } from '../../ports/cluster.ts';
import type { WorkloadWriter } from '../../ports/workload.ts';
import type { LastChange } from '../../schema/change.ts';
import { FIELD_MANAGER, KINDS, type KubeObject } from '../../schema/kube.ts';
import { patchFor } from '../../schema/patch.ts';
import { Permit, type PermitTerms } from '../../schema/permit.ts';
import { rollbackTemplate } from '../../schema/rollbackTemplate.ts';
import type { ApiClient } from './client.ts';
import { asObject } from './objects.ts';
import { pathOf, withQuery } from './paths.ts';

const EXPIRED: ClusterError = {
  code: 'preconditionFailed',
  message: 'the permit expired before the write',
  uncertain: false,
};

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
    const template = await this.#template(terms);
    if (!template.ok) return template;
    // Reading took its time: the permit's is over at the write, not before it.
    if (this.#clock.now() >= terms.expiresAt) return err(EXPIRED);
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
      body: patchFor(terms, lastChange, template.value),
    });
    return answer.ok ? asObject(KINDS.Deployment, answer.value, !dryRun) : answer;
  }

  /** What a rollback writes: read here from the ReplicaSet that the permit names, so that no caller can hand in another. */
  async #template({ change, namespace, uid }: PermitTerms): Promise<ClusterResult<unknown>> {
    if (change.kind !== 'rollback') return ok(undefined);
    const read = await this.#client.read(pathOf(KINDS.ReplicaSet, namespace, change.to.replicaSet));
    if (!read.ok && read.error.code !== 'notFound') return read;
    const object = read.ok ? asObject(KINDS.ReplicaSet, read.value) : ok(undefined);
    if (!object.ok) return object;
    const template = rollbackTemplate(object.value, change.to, uid);
    return template.ok ? template : err({ code: 'preconditionFailed', message: template.error, uncertain: false });
  }
}
