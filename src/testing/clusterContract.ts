import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReader, RecordWriter, WatchEvent } from '../ports/cluster.ts';
import type { PodLogs } from '../ports/podLogs.ts';
import type { WorkloadWriter } from '../ports/workload.ts';
import { KINDS, type Kind, type KubeObject } from '../schema/kube.ts';
import { code, DECISION_STATUS, decisionObject, defined, deploymentObject, value } from './contractObjects.ts';
import { workloadContract } from './workloadContract.ts';

/** One opened implementation of the cluster ports, with what a test needs around them. Opened afresh for every test. */
export interface ContractCluster {
  readonly reader: ClusterReader;
  readonly logs: PodLogs;
  readonly records: RecordWriter;
  readonly workloads: WorkloadWriter;
  /** The time that the workload writer judges a permit's expiry by. */
  readonly clock: Clock;
  /** Two namespaces without any object of the kinds under test. */
  readonly namespaces: readonly [string, string];
  /** Creates a Deployment and answers with it once the cluster's own controllers leave it alone. */
  seedDeployment(object: KubeObject): Promise<KubeObject>;
  /** What somebody else does with kubectl: a merge patch, or a deletion that waits until the object is gone. */
  patchByHand(namespace: string, name: string, mergePatch: object): Promise<void>;
  deleteByHand(namespace: string, name: string): Promise<void>;
  /** A resourceVersion that is too old to watch Decisions from. */
  tooOldVersion(): Promise<string>;
  /** Cuts all watch streams that are open now, as a restarted API server or proxy does. */
  cutWatches(): Promise<void>;
  close(): Promise<void>;
}

/** What every implementation of the cluster ports must do, run over the embedded world and a real API server alike. */
export function clusterContract(name: string, open: () => Promise<ContractCluster>): void {
  describe(`the cluster contract, over ${name}`, () => {
    let cluster: ContractCluster;
    let here: string;
    let elsewhere: string;
    beforeEach(async () => {
      cluster = await open();
      [here, elsewhere] = cluster.namespaces;
    });
    afterEach(async () => {
      await cluster.close();
    });

    const decide = async (decision: string, labels = {}, namespace = here): Promise<KubeObject> =>
      value(await cluster.records.create(KINDS.Decision, decisionObject(namespace, decision, labels)));
    const current = async (kind: Kind, object: string): Promise<KubeObject> =>
      defined(value(await cluster.reader.get(kind, here, object)));

    describe('reads', () => {
      it('answer undefined for an object that is not there, and for a kind that is not served', async () => {
        expect(value(await cluster.reader.get(KINDS.Decision, here, 'none'))).toBeUndefined();
        expect(value(await cluster.reader.get(KINDS.ScaledObject, here, 'none'))).toBeUndefined();
        expect(value(await cluster.reader.list(KINDS.ScaledObject)).items).toEqual([]);
        expect(value(await cluster.reader.raw('/apis/nothing.example.com/v1/things'))).toBeUndefined();
      });

      it('list one namespace, all of them, or what a label selects, with kind and apiVersion on every item', async () => {
        await decide('one', { tier: 'a' });
        await decide('two', { tier: 'b' });
        await decide('three', { tier: 'a' }, elsewhere);
        const all = value(await cluster.reader.list(KINDS.Decision));
        expect(names(all.items)).toEqual(expect.arrayContaining(['one', 'three', 'two']));
        expect(names(value(await cluster.reader.list(KINDS.Decision, here)).items)).toEqual(['one', 'two']);
        const selected = value(await cluster.reader.list(KINDS.Decision, here, 'tier=a'));
        expect(names(selected.items)).toEqual(['one']);
        for (const item of all.items) {
          expect([item.kind, item.apiVersion]).toEqual(['Decision', 'fairlead.dev/v1alpha1']);
        }
        expect(all.resourceVersion).not.toBe('');
      });

      it('list Deployments with kind and apiVersion too, though an API server leaves them off the items', async () => {
        await cluster.seedDeployment(deploymentObject(here, 'web', { replicas: 0 }));
        const { items } = value(await cluster.reader.list(KINDS.Deployment, here));
        expect(items.map((item) => [item.kind, item.apiVersion])).toEqual([['Deployment', 'apps/v1']]);
      });
    });

    describe('logs', () => {
      it('of a pod that is not there are notFound, in the server’s words', async () => {
        const error = await cluster.logs.read({ namespace: here, pod: 'web-none', container: 'app', lines: 5 });
        expect(error).toMatchObject({ ok: false, error: { code: 'notFound', uncertain: false } });
        expect(error.ok ? '' : error.error.message).toContain('pods "web-none" not found');
      });
    });

    describe('records', () => {
      it('are created with uid and resourceVersion, without status, and read back as created', async () => {
        const object = { ...decisionObject(here, 'd'), status: DECISION_STATUS };
        const created = value(await cluster.records.create(KINDS.Decision, object));
        expect(created.metadata.uid).toMatch(/./);
        expect(created.metadata.resourceVersion).toMatch(/./);
        expect(created.status).toBeUndefined();
        expect(await current(KINDS.Decision, 'd')).toEqual(created);
      });

      it('of a name that is taken are a conflict', async () => {
        await decide('d');
        expect(code(await cluster.records.create(KINDS.Decision, decisionObject(here, 'd')))).toBe('conflict');
      });

      it('are replaced without their status', async () => {
        const created = await decide('d');
        const withStatus = value(
          await cluster.records.replaceStatus(KINDS.Decision, { ...created, status: DECISION_STATUS }),
        );
        const { status: _, ...bare } = withStatus;
        const labelled = { ...bare, metadata: { ...bare.metadata, labels: { kept: 'yes' } } };
        value(await cluster.records.replace(KINDS.Decision, labelled));
        const after = await current(KINDS.Decision, 'd');
        expect(after.status).toEqual(DECISION_STATUS);
        expect(after.metadata.labels).toEqual({ kept: 'yes' });
      });

      it('keep spec and labels when their status is replaced', async () => {
        const created = await decide('d', { kept: 'yes' });
        const changed = {
          ...created,
          metadata: { ...created.metadata, labels: { kept: 'no' } },
          spec: { ...(created.spec as object), rationale: 'another' },
          status: DECISION_STATUS,
        };
        value(await cluster.records.replaceStatus(KINDS.Decision, changed));
        const after = await current(KINDS.Decision, 'd');
        expect(after.status).toEqual(DECISION_STATUS);
        expect(after.spec).toEqual(created.spec);
        expect(after.metadata.labels).toEqual({ kept: 'yes' });
        expect(after.metadata.generation).toBe(created.metadata.generation);
      });

      it('are compared and swapped on resourceVersion: the second of two writers conflicts, and writes nothing', async () => {
        const created = await decide('d');
        const first = value(
          await cluster.records.replaceStatus(KINDS.Decision, { ...created, status: DECISION_STATUS }),
        );
        expect(first.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
        const second = { ...created, status: { ...DECISION_STATUS, message: 'second' } };
        expect(code(await cluster.records.replaceStatus(KINDS.Decision, second))).toBe('conflict');
        expect(code(await cluster.records.replace(KINDS.Decision, { ...created }))).toBe('conflict');
        expect(await current(KINDS.Decision, 'd')).toEqual(first);
      });

      it('that are not there are notFound, for replace, replaceStatus and delete', async () => {
        const gone = await decide('d');
        value(await cluster.records.delete(KINDS.Decision, here, 'd'));
        expect(value(await cluster.reader.get(KINDS.Decision, here, 'd'))).toBeUndefined();
        expect(code(await cluster.records.replace(KINDS.Decision, gone))).toBe('notFound');
        expect(code(await cluster.records.replaceStatus(KINDS.Decision, gone))).toBe('notFound');
        expect(code(await cluster.records.delete(KINDS.Decision, here, 'd'))).toBe('notFound');
      });

      it('of a custom kind are never replaced without a resourceVersion', async () => {
        const { resourceVersion: _, ...metadata } = (await decide('d')).metadata;
        const blind = { ...decisionObject(here, 'd'), metadata };
        expect(code(await cluster.records.replace(KINDS.Decision, blind))).toBe('invalid');
      });

      it.each([KINDS.Deployment, KINDS.Pod, KINDS.Namespace, KINDS.CustomResourceDefinition] as const)(
        'are never of the kind $kind: asking for it is a bug, and throws',
        async (kind) => {
          const object = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: 'x', namespace: here } };
          await expect(cluster.records.create(kind, object)).rejects.toThrow(kind.kind);
          await expect(cluster.records.replace(kind, object)).rejects.toThrow(kind.kind);
          await expect(cluster.records.replaceStatus(kind, object)).rejects.toThrow(kind.kind);
          await expect(cluster.records.delete(kind, here, 'x')).rejects.toThrow(kind.kind);
        },
      );
    });

    describe('watches', () => {
      it('bring what happened since a list, in order and whole, and end quietly when aborted', async () => {
        const { resourceVersion } = value(await cluster.reader.list(KINDS.Decision, here));
        const created = await decide('d');
        const watched = collect(cluster.reader, here, resourceVersion, 3);
        value(await cluster.records.replaceStatus(KINDS.Decision, { ...created, status: DECISION_STATUS }));
        value(await cluster.records.delete(KINDS.Decision, here, 'd'));
        const events = await watched;
        expect(events.map((event) => event.type)).toEqual(['added', 'modified', 'deleted']);
        const objects = events.flatMap((event) => (event.type === 'ended' ? [] : [event.object]));
        expect(objects.map((object) => object.kind)).toEqual(['Decision', 'Decision', 'Decision']);
        expect(objects[0]).toEqual(created);
        expect(objects[1]?.status).toEqual(DECISION_STATUS);
      });

      it('of one namespace say nothing of another', async () => {
        const { resourceVersion } = value(await cluster.reader.list(KINDS.Decision, here));
        await decide('other', {}, elsewhere);
        await decide('mine');
        const [event] = await collect(cluster.reader, here, resourceVersion, 1);
        expect(event?.type === 'added' && event.object.metadata.name).toBe('mine');
      });

      it('from a resourceVersion that is too old end as gone', async () => {
        const old = await cluster.tooOldVersion();
        const events = await collect(cluster.reader, here, old, 1);
        expect(events).toEqual([{ type: 'ended', gone: true, message: expect.any(String) }]);
      });

      it('that are cut end as not gone, and go on from the last resourceVersion without a loss', async () => {
        const { resourceVersion } = value(await cluster.reader.list(KINDS.Decision, here));
        const first = await decide('first');
        const cut: WatchEvent[] = [];
        for await (const event of cluster.reader.watch(KINDS.Decision, here, resourceVersion, never)) {
          cut.push(event);
          if (event.type === 'added') await cluster.cutWatches();
        }
        expect(cut.map((event) => event.type)).toEqual(['added', 'ended']);
        expect(cut[1]).toMatchObject({ gone: false });
        await decide('second');
        const [event] = await collect(cluster.reader, here, first.metadata.resourceVersion ?? '', 1);
        expect(event?.type === 'added' && event.object.metadata.name).toBe('second');
      });
    });

    workloadContract(() => ({ cluster, namespace: here }));
  });
}

const never = new AbortController().signal;

/** The first `count` events of a watch; the watch is then aborted, which must end it without a further event. */
async function collect(
  reader: ClusterReader,
  namespace: string,
  resourceVersion: string,
  count: number,
): Promise<WatchEvent[]> {
  const stop = new AbortController();
  const events: WatchEvent[] = [];
  for await (const event of reader.watch(KINDS.Decision, namespace, resourceVersion, stop.signal)) {
    events.push(event);
    if (events.length === count) stop.abort();
  }
  return events;
}

const names = (objects: readonly KubeObject[]): string[] => objects.map((object) => object.metadata.name).sort();
