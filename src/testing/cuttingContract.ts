import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterReader, RecordWriter } from '../ports/cluster.ts';
import type { WorkloadWriter } from '../ports/workload.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import {
  code,
  DECISION_STATUS,
  decisionObject,
  defined,
  deploymentObject,
  deploymentSpec,
  lastChange,
  permitFor,
  value,
} from './contractObjects.ts';
import type { CuttingProxy, Fault, Forwarded } from './cuttingProxy.ts';

/** One adapter behind a cutting proxy, in front of a cluster. Opened afresh for every test, with a timeout of about a second. */
export interface CutCluster {
  readonly proxy: CuttingProxy;
  readonly reader: ClusterReader;
  readonly records: RecordWriter;
  readonly workloads: WorkloadWriter;
  readonly namespace: string;
  now(): number;
  /** Creates a Deployment beside the proxy and answers with it once its controllers leave it alone. */
  seedDeployment(object: KubeObject): Promise<KubeObject>;
  close(): Promise<void>;
}

const isRead = ({ method }: Forwarded): boolean => method === 'GET';
const isWrite = ({ method }: Forwarded): boolean => method !== 'GET';
/** Faults after which nobody can know whether a write was done. */
const UNCERTAIN = ['lost', 'halved', 'silent'] as const;

/** What the adapter promises on a bad network: reads come through or say why not; a write is sent once and never called done or not done on a guess. */
export function cuttingContract(name: string, open: () => Promise<CutCluster>): void {
  describe(`a bad network in front of ${name}`, () => {
    let cluster: CutCluster;
    beforeEach(async () => {
      cluster = await open();
    });
    afterEach(async () => {
      await cluster.close();
    });

    const writesSent = (): number => cluster.proxy.forwarded.filter(isWrite).length;
    const decision = (): KubeObject => decisionObject(cluster.namespace, 'd');
    const seen = async () => value(await cluster.reader.get(KINDS.Decision, cluster.namespace, 'd'));

    it.each<[string, Fault]>([
      ...(['refused', 'lost', 'halved', 'silent', 'repeated', 'echoed'] as const).map((what): [string, Fault] => [
        what,
        { what },
      ]),
      ['late', { what: 'late', ms: 100 }],
    ])('a read that is %s once comes through by itself', async (_, fault) => {
      const created = value(await cluster.records.create(KINDS.Decision, decision()));
      cluster.proxy.next(fault, isRead);
      expect(await seen()).toEqual(created);
      const { items } = value(await cluster.reader.list(KINDS.Decision, cluster.namespace));
      expect(items).toEqual([created]);
    });

    it.each(['refused', 'lost', 'halved', 'silent'] as const)(
      'a read that is %s again and again is unavailable, with words',
      async (what) => {
        for (let n = 0; n < 10; n += 1) cluster.proxy.next({ what }, isRead);
        const answer = await cluster.reader.list(KINDS.Decision, cluster.namespace);
        expect(answer).toMatchObject({ ok: false, error: { code: 'unavailable', uncertain: false } });
        expect(!answer.ok && answer.error.message).toMatch(/reached|answer/);
      },
    );

    it.each(UNCERTAIN)(
      'a record whose answer is %s was perhaps made: uncertain, sent once, and there',
      async (what) => {
        cluster.proxy.next({ what }, isWrite);
        expect(await cluster.records.create(KINDS.Decision, decision())).toMatchObject({
          error: { code: 'unavailable', uncertain: true },
        });
        expect(writesSent()).toBe(1);
        expect(defined(await seen()).spec).toEqual(decision().spec);
        expect(code(await cluster.records.create(KINDS.Decision, decision()))).toBe('conflict');
      },
    );

    it('a record that never got there is not called certain either, and is not sent again', async () => {
      cluster.proxy.next({ what: 'refused' }, isWrite);
      expect(await cluster.records.create(KINDS.Decision, decision())).toMatchObject({
        error: { code: 'unavailable', uncertain: true },
      });
      expect(writesSent()).toBe(0);
      expect(await seen()).toBeUndefined();
    });

    it('a status that arrives twice is written once: the second is a conflict', async () => {
      const created = value(await cluster.records.create(KINDS.Decision, decision()));
      cluster.proxy.next({ what: 'repeated' }, isWrite);
      const answer = await cluster.records.replaceStatus(KINDS.Decision, { ...created, status: DECISION_STATUS });
      expect(code(answer)).toBe('conflict');
      expect(defined(await seen()).status).toEqual(DECISION_STATUS);
    });

    it('an answer that comes twice is never taken for the answer to the next call', async () => {
      cluster.proxy.next({ what: 'echoed' }, isWrite);
      const first = value(await cluster.records.create(KINDS.Decision, decision()));
      const second = value(await cluster.records.create(KINDS.Decision, decisionObject(cluster.namespace, 'e')));
      expect([first.metadata.name, second.metadata.name]).toEqual(['d', 'e']);
    });

    const scaled = async () => {
      const before = await cluster.seedDeployment(deploymentObject(cluster.namespace, 'web', { replicas: 2 }));
      const permit = permitFor(before, { kind: 'scale', from: 2, to: 3 }, cluster.now());
      const change = lastChange('first', '2', '3');
      const replicas = async () =>
        deploymentSpec(defined(value(await cluster.reader.get(KINDS.Deployment, cluster.namespace, 'web')))).replicas;
      return { permit, replicas, apply: () => cluster.workloads.apply(permit, change, { dryRun: false }) };
    };

    it.each(UNCERTAIN)(
      'a change whose answer is %s is uncertain, sent once, done once, and its permit is spent',
      async (what) => {
        const { apply, replicas } = await scaled();
        cluster.proxy.next({ what }, isWrite);
        expect(await apply()).toMatchObject({ error: { code: 'unavailable', uncertain: true } });
        expect(writesSent()).toBe(1);
        expect(await replicas()).toBe(3);
        await expect(apply()).rejects.toThrow(/used/);
      },
    );

    it('a change that arrives twice is done once: the second fails its preconditions', async () => {
      const { apply, replicas } = await scaled();
      cluster.proxy.next({ what: 'repeated' }, isWrite);
      expect(code(await apply())).toBe('preconditionFailed');
      expect(await replicas()).toBe(3);
    });

    it('a watch that is cut ends as not gone', async () => {
      const { resourceVersion } = value(await cluster.reader.list(KINDS.Decision, cluster.namespace));
      const events: string[] = [];
      const watch = cluster.reader.watch(
        KINDS.Decision,
        cluster.namespace,
        resourceVersion,
        new AbortController().signal,
      );
      value(await cluster.records.create(KINDS.Decision, decision()));
      for await (const event of watch) {
        events.push(event.type === 'ended' ? `ended, ${event.gone ? 'gone' : 'not gone'}` : event.type);
        if (event.type === 'added') cluster.proxy.cut();
      }
      expect(events).toEqual(['added', 'ended, not gone']);
    });
  });
}
