import { z } from 'zod';
import { err, ok } from '../../kernel/result.ts';
import type { ClusterReader, ClusterResult, KubeList, WatchEvent } from '../../ports/cluster.ts';
import type { Kind, KubeObject } from '../../schema/kube.ts';
import type { ApiClient } from './client.ts';
import { asObject, Item, malformed } from './objects.ts';
import { pathOf, withQuery } from './paths.ts';
import { watch } from './watch.ts';

const PAGE = 500;
/** 200,000 objects: more of one kind in one list is refused rather than held in memory. */
const MAX_PAGES = 400;

const Page = z.object({
  metadata: z.object({ resourceVersion: z.string().optional(), continue: z.string().optional() }),
  items: z.array(Item).nullable(),
});

/** Reads over the API server, as plain JSON: the typed client would drop what it does not know. */
export class KubeReader implements ClusterReader {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  async get(kind: Kind, namespace: string | undefined, name: string): Promise<ClusterResult<KubeObject | undefined>> {
    const answer = await this.#client.read(pathOf(kind, namespace, name));
    if (!answer.ok) return answer.error.code === 'notFound' ? ok(undefined) : answer;
    return asObject(kind, answer.value);
  }

  async list(kind: Kind, namespace?: string, labelSelector?: string): Promise<ClusterResult<KubeList>> {
    const path = pathOf(kind, namespace);
    const first = await this.#pages(kind, path, labelSelector);
    // The pages of a long list expire after some minutes: then the list is read again from the start.
    return !first.ok && first.error.code === 'gone' ? this.#pages(kind, path, labelSelector) : first;
  }

  watch(
    kind: Kind,
    namespace: string | undefined,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent> {
    return watch(this.#client, kind, pathOf(kind, namespace), resourceVersion, signal);
  }

  async raw(path: string): Promise<ClusterResult<unknown>> {
    if (!path.startsWith('/')) throw new Error(`not an absolute API path: ${path}`);
    const answer = await this.#client.read(path, { counted: false });
    return !answer.ok && answer.error.code === 'notFound' ? ok(undefined) : answer;
  }

  serverNow(): number | undefined {
    return this.#client.serverNow();
  }

  async #pages(kind: Kind, path: string, labelSelector: string | undefined): Promise<ClusterResult<KubeList>> {
    const items: KubeObject[] = [];
    let next: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await this.#client.read(withQuery(path, { limit: String(PAGE), labelSelector, continue: next }));
      if (!answer.ok) {
        const notServed = answer.error.code === 'notFound' && page === 0;
        return notServed ? ok({ items: [], resourceVersion: '' }) : answer;
      }
      const parsed = Page.safeParse(answer.value);
      if (!parsed.success) return malformed(kind, parsed.error);
      for (const item of parsed.data.items ?? []) items.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind });
      const { metadata } = parsed.data;
      next = metadata.continue;
      if (!next) return ok({ items, resourceVersion: metadata.resourceVersion ?? '' });
    }
    return err({
      code: 'invalid',
      message: `there are more than ${MAX_PAGES * PAGE} objects of kind ${kind.kind}`,
      uncertain: false,
    });
  }
}
