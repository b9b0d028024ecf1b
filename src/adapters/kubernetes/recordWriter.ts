import { ok } from '../../kernel/result.ts';
import type { ClusterResult, RecordWriter } from '../../ports/cluster.ts';
import { FIELD_MANAGER, type Kind, type KubeObject } from '../../schema/kube.ts';
import type { ApiClient } from './client.ts';
import { asObject } from './objects.ts';
import { pathOf, withQuery } from './paths.ts';

// A field that the CRD does not know would be dropped in silence, a counter for instance: better a loud refusal.
const QUERY = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' };

/** Writes of our own records. A kind that is not ours to write is a bug in the caller: it throws. */
export class KubeRecordWriter implements RecordWriter {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async create(kind: Kind, object: KubeObject): Promise<ClusterResult<KubeObject>> {
    mustBeWritable(kind);
    const { name, namespace } = object.metadata;
    if (kind.namespaced && namespace === undefined) throw new Error(`${kind.kind} ${name} needs a namespace`);
    return this.#send('POST', kind, pathOf(kind, namespace), object);
  }

  async replace(kind: Kind, object: KubeObject): Promise<ClusterResult<KubeObject>> {
    mustBeWritable(kind);
    const { name, namespace } = object.metadata;
    return this.#send('PUT', kind, pathOf(kind, namespace, name), object);
  }

  async replaceStatus(kind: Kind, object: KubeObject): Promise<ClusterResult<KubeObject>> {
    mustBeWritable(kind);
    const { name, namespace } = object.metadata;
    return this.#send('PUT', kind, pathOf(kind, namespace, name, 'status'), object);
  }

  async delete(kind: Kind, namespace: string, name: string): Promise<ClusterResult<void>> {
    mustBeWritable(kind);
    const path = pathOf(kind, namespace, name);
    const answer = await this.#client.send({ method: 'DELETE', path, kind: 'write' });
    return answer.ok ? ok(undefined) : answer;
  }

  async #send(
    method: 'POST' | 'PUT',
    kind: Kind,
    path: string,
    object: KubeObject,
  ): Promise<ClusterResult<KubeObject>> {
    const body = { ...object, apiVersion: kind.apiVersion, kind: kind.kind };
    const answer = await this.#client.send({ method, path: withQuery(path, QUERY), kind: 'write', body });
    return answer.ok ? asObject(kind, answer.value, true) : answer;
  }
}

function mustBeWritable(kind: Kind): void {
  if (kind.writable !== true) throw new Error(`${kind.kind} is not a record of ours to write`);
}
