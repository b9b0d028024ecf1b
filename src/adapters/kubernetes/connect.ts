import { ok, type Result } from '../../kernel/result.ts';
import type { ApiHealth } from '../../ports/apiHealth.ts';
import type { ClusterReader, ClusterResult, RecordWriter } from '../../ports/cluster.ts';
import type { OwnSecret } from '../../ports/ownSecret.ts';
import type { PodLogs } from '../../ports/podLogs.ts';
import type { WorkloadWriter } from '../../ports/workload.ts';
import { KINDS, type Kind, type KubeObject } from '../../schema/kube.ts';
import { Access } from './access.ts';
import { ApiClient, type ClientOptions } from './client.ts';
import type { KubeconfigOptions } from './kubeconfig.ts';
import { KubeReader } from './kubeReader.ts';
import { manage } from './manage.ts';
import { asObject } from './objects.ts';
import { KubeOwnSecret } from './ownSecret.ts';
import { pathOf, withQuery } from './paths.ts';
import { KubePodLogs } from './podLogs.ts';
import { KubeRecordWriter } from './recordWriter.ts';
import { KubeWorkloadWriter } from './workloadWriter.ts';

export type ConnectOptions = KubeconfigOptions & ClientOptions;

/** A real cluster behind the ports, and the few things that a person's command line does beside them. */
export interface KubernetesCluster {
  readonly reader: ClusterReader;
  readonly logs: PodLogs;
  readonly records: RecordWriter;
  readonly workloads: WorkloadWriter;
  /** `https://host:port`, for messages. */
  readonly server: string;
  readonly context: string;
  /** Namespace of the kubeconfig's context, or of the pod; `default` when it names none. */
  readonly namespace: string;
  /** The last five minutes, for rule G13. */
  health(): ApiHealth;
  /** The gateway's Secret in that namespace. */
  ownSecret(namespace: string): OwnSecret;
  /** Creates the namespace if it is not there. */
  ensureNamespace(name: string): Promise<ClusterResult<void>>;
  /**
   * Server-side apply as `fairlead-cli`, with the person's own rights; for Blueprint and ClusterBlueprint only. A field
   * that another manager owns is a `conflict` unless `force` takes it over.
   */
  applyObject(
    kind: Kind,
    object: KubeObject,
    options?: { readonly force?: boolean; readonly dryRun?: boolean },
  ): Promise<ClusterResult<KubeObject>>;
  /** Sets the label that says Fairlead may change this Deployment, with the person's own rights: only when they said so. */
  manage(namespace: string, deployment: { readonly name: string; readonly uid: string }): Promise<ClusterResult<void>>;
  close(): void;
}

const APPLICABLE: readonly Kind[] = [KINDS.Blueprint, KINDS.ClusterBlueprint];
const NAMESPACE: Kind = KINDS.Namespace;

/** Reads the kubeconfig; sends nothing yet. The error is a sentence for a person. */
export async function connect(options: ConnectOptions): Promise<Result<KubernetesCluster, string>> {
  const access = await Access.open(options);
  if (!access.ok) return access;
  const client = new ApiClient(access.value, options);
  const { server, context, namespace } = access.value.loaded;
  return ok({
    reader: new KubeReader(client),
    logs: new KubePodLogs(client),
    records: new KubeRecordWriter(client),
    workloads: new KubeWorkloadWriter(client, options.clock),
    server: server.origin,
    context,
    namespace: namespace ?? 'default',
    health: () => client.health.read(),
    ownSecret: (name) => new KubeOwnSecret(client, name),
    ensureNamespace: (name) => ensureNamespace(client, name),
    applyObject: (kind, object, how = {}) => applyObject(client, kind, object, how),
    manage: (namespace, deployment) => manage(client, namespace, deployment, CLI),
    close: () => access.value.close(),
  });
}

async function ensureNamespace(client: ApiClient, name: string): Promise<ClusterResult<void>> {
  const there = await client.read(pathOf(NAMESPACE, undefined, name));
  if (there.ok) return ok(undefined);
  if (there.error.code !== 'notFound') return there;
  const made = await client.send({
    method: 'POST',
    path: withQuery(pathOf(NAMESPACE, undefined), { fieldManager: CLI }),
    kind: 'write',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  });
  // Somebody else was quicker: that is as good.
  return made.ok || made.error.code === 'conflict' ? ok(undefined) : made;
}

const CLI = 'fairlead-cli';

async function applyObject(
  client: ApiClient,
  kind: Kind,
  object: KubeObject,
  { force, dryRun }: { readonly force?: boolean; readonly dryRun?: boolean },
): Promise<ClusterResult<KubeObject>> {
  if (!APPLICABLE.some((each) => each.kind === kind.kind)) throw new Error(`${kind.kind} is not applied by Fairlead`);
  const { managedFields: _, ...metadata } = object.metadata;
  const path = withQuery(pathOf(kind, metadata.namespace, metadata.name), {
    fieldManager: CLI,
    fieldValidation: 'Strict',
    force: force === true ? 'true' : undefined,
    dryRun: dryRun === true ? 'All' : undefined,
  });
  const answer = await client.send({
    method: 'PATCH',
    path,
    kind: 'write',
    contentType: 'application/apply-patch+yaml',
    body: { ...object, apiVersion: kind.apiVersion, kind: kind.kind, metadata },
  });
  return answer.ok ? asObject(kind, answer.value, true) : answer;
}
