import { z } from 'zod';
import { err, ok } from '../../kernel/result.ts';
import type { ClusterResult } from '../../ports/cluster.ts';
import type { OwnSecret, SecretText } from '../../ports/ownSecret.ts';
import { FIELD_MANAGER, type Kind } from '../../schema/kube.ts';
import type { ApiClient } from './client.ts';
import { pathOf, withQuery } from './paths.ts';

/** The only Secret that any role may read or write; its RBAC names it too. */
const NAME = 'fairlead-gateway';
const FIELD = 'users.json';
/** Of this file alone: among the kinds that the product touches there is none. */
const SECRET: Kind = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true };

const Found = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).nullish(),
});

export class KubeOwnSecret implements OwnSecret {
  readonly name: string;
  readonly #client: ApiClient;
  readonly #namespace: string;

  constructor(client: ApiClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
    this.name = `${namespace}/${NAME}`;
  }

  async read(): Promise<ClusterResult<SecretText | undefined>> {
    const found = await this.#find();
    if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
    const { metadata, data } = found.value;
    const field = data?.[FIELD];
    if (field === undefined) return ok(undefined);
    return ok({ text: Buffer.from(field, 'base64').toString('utf8'), resourceVersion: metadata.resourceVersion });
  }

  async write(text: string, resourceVersion: string | undefined): Promise<ClusterResult<void>> {
    const found = await this.#find();
    if (!found.ok) return found;
    const field = Buffer.from(text, 'utf8').toString('base64');
    if (found.value === undefined) {
      if (resourceVersion !== undefined) return conflict;
      const metadata = { name: NAME, namespace: this.#namespace };
      return this.#send('POST', pathOf(SECRET, this.#namespace), {
        metadata,
        type: 'Opaque',
        data: { [FIELD]: field },
      });
    }
    const { metadata, data } = found.value;
    if (data?.[FIELD] === undefined ? resourceVersion !== undefined : metadata.resourceVersion !== resourceVersion) {
      return conflict;
    }
    // The version found goes along: whatever happens in between makes the server refuse it.
    const next = { ...found.value, data: { ...data, [FIELD]: field } };
    return this.#send('PUT', pathOf(SECRET, this.#namespace, NAME), next);
  }

  async #find(): Promise<ClusterResult<z.infer<typeof Found> | undefined>> {
    const read = await this.#client.read(pathOf(SECRET, this.#namespace, NAME));
    if (!read.ok) return read.error.code === 'notFound' ? ok(undefined) : read;
    const parsed = Found.safeParse(read.value);
    return parsed.success
      ? ok(parsed.data)
      : err({ code: 'unavailable', message: 'the answer is no Secret', uncertain: false });
  }

  async #send(method: 'POST' | 'PUT', path: string, object: object): Promise<ClusterResult<void>> {
    const body = { ...object, apiVersion: SECRET.apiVersion, kind: SECRET.kind };
    const query = { fieldManager: FIELD_MANAGER };
    const answer = await this.#client.send({ method, path: withQuery(path, query), kind: 'write', body });
    return answer.ok ? ok(undefined) : answer;
  }
}

const conflict: ClusterResult<never> = err({
  code: 'conflict',
  message: `the Secret ${NAME} changed meanwhile`,
  uncertain: false,
});
