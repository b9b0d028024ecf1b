import type { ClusterResult } from '../../ports/cluster.ts';
import { type LogRequest, MOST_LOG_BYTES, type PodLogs } from '../../ports/podLogs.ts';
import { KINDS } from '../../schema/kube.ts';
import type { ApiClient } from './client.ts';
import { pathOf, withQuery } from './paths.ts';

/** Logs over the API server, which asks the node: a node that does not answer is no failure of the API server. */
export class KubePodLogs implements PodLogs {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  read({ namespace, pod, container, lines }: LogRequest): Promise<ClusterResult<string>> {
    const path = withQuery(`${pathOf(KINDS.Pod, namespace, pod)}/log`, {
      container,
      tailLines: String(lines),
      limitBytes: String(MOST_LOG_BYTES),
    });
    return this.#client.text(path, MOST_LOG_BYTES + 1024);
  }
}
