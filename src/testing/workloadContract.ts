import { beforeEach, describe, expect, it } from 'vitest';
import { KINDS, type KubeObject, LAST_CHANGE_ANNOTATION } from '../schema/kube.ts';
import { RESTARTED_AT } from '../schema/patch.ts';
import type { Permit } from '../schema/permit.ts';
import type { ContractCluster } from './clusterContract.ts';
import {
  code,
  type DeploymentOptions,
  defined,
  deploymentObject,
  deploymentSpec,
  lastChange,
  permitFor,
  restartedAt,
  value,
} from './contractObjects.ts';

/** The half of the cluster contract that is about changing a Deployment. */
export function workloadContract(scene: () => { readonly cluster: ContractCluster; readonly namespace: string }): void {
  describe('workload writes', () => {
    let cluster: ContractCluster;
    let namespace: string;
    beforeEach(() => {
      ({ cluster, namespace } = scene());
    });

    const seed = (options: DeploymentOptions): Promise<KubeObject> =>
      cluster.seedDeployment(deploymentObject(namespace, 'web', options));
    const current = async (): Promise<KubeObject> =>
      defined(value(await cluster.reader.get(KINDS.Deployment, namespace, 'web')));
    const replicas = async (): Promise<number> => deploymentSpec(await current()).replicas;
    const now = (): number => cluster.clock.now();
    const apply = (permit: Permit, id: string, dryRun = false) =>
      cluster.workloads.apply(permit, lastChange(id, '2', '3'), { dryRun });
    /** A Deployment that carries the annotation of one change of ours, scaled from 2 to 3. */
    const changedOnce = async (): Promise<KubeObject> => {
      const object = await seed({ replicas: 2 });
      return value(await apply(permitFor(object, { kind: 'scale', from: 2, to: 3 }, now()), 'first'));
    };

    it('carry out the change and its proof in one write', async () => {
      const changed = await changedOnce();
      expect(deploymentSpec(changed).replicas).toBe(3);
      expect(await replicas()).toBe(3);
      const text = (await current()).metadata.annotations?.[LAST_CHANGE_ANNOTATION];
      expect(JSON.parse(text ?? '')).toEqual(lastChange('first', '2', '3'));
    });

    it('keep the annotations that were there', async () => {
      const object = await seed({ replicas: 2, annotations: { 'example.com/team': 'a/b~c' } });
      value(await apply(permitFor(object, { kind: 'scale', from: 2, to: 3 }, now()), 'first'));
      expect((await current()).metadata.annotations).toMatchObject({ 'example.com/team': 'a/b~c' });
    });

    it('after the first do not mind that something else of the object moved on', async () => {
      const changed = await changedOnce();
      await cluster.patchByHand(namespace, 'web', { metadata: { labels: { moved: 'on' } } });
      value(await apply(permitFor(changed, { kind: 'scale', from: 3, to: 4 }, now()), 'second'));
      expect(await replicas()).toBe(4);
    });

    it('restart by the annotation of the pod template, and take it off again in an undo', async () => {
      const at = '2026-01-05T00:00:00Z';
      const object = await seed({ replicas: 0 });
      const restarted = value(await apply(permitFor(object, { kind: 'restart', from: null, to: at }, now()), 'r'));
      expect(restartedAt(restarted)).toBe(at);
      const undo = permitFor(await current(), { kind: 'restart', from: at, to: null }, now());
      value(await apply(undo, 'r.undo'));
      expect(restartedAt(await current())).toBeUndefined();
    });

    it('restart again from the value that stands there, keeping what else annotates the template', async () => {
      const before = '2026-01-04T00:00:00Z';
      const object = await seed({ replicas: 0, templateAnnotations: { [RESTARTED_AT]: before, other: 'kept' } });
      const change = { kind: 'restart', from: before, to: '2026-01-05T00:00:00Z' } as const;
      value(await apply(permitFor(object, change, now()), 'r'));
      expect(deploymentSpec(await current()).template.metadata.annotations).toEqual({
        [RESTARTED_AT]: change.to,
        other: 'kept',
      });
    });

    it('of somebody else in between are never overwritten: the old value must still stand', async () => {
      const changed = await changedOnce();
      await cluster.patchByHand(namespace, 'web', { spec: { replicas: 5 } });
      const permit = permitFor(changed, { kind: 'scale', from: 3, to: 4 }, now());
      expect(code(await apply(permit, 'second'))).toBe('preconditionFailed');
      expect(await replicas()).toBe(5);
    });

    it('of a restart need the old restart too', async () => {
      const object = await seed({ replicas: 0, templateAnnotations: { [RESTARTED_AT]: 'then' } });
      const change = { kind: 'restart', from: 'another time', to: '2026-01-05T00:00:00Z' } as const;
      expect(code(await apply(permitFor(object, change, now()), 'r'))).toBe('preconditionFailed');
      expect(restartedAt(await current())).toBe('then');
    });

    it('never hit a namesake: the uid must be the one that was judged', async () => {
      const changed = await changedOnce();
      await cluster.deleteByHand(namespace, 'web');
      const permit = () => permitFor(changed, { kind: 'scale', from: 3, to: 4 }, now());
      expect(code(await apply(permit(), 'second'))).toBe('notFound');
      const annotations = { ...changed.metadata.annotations };
      await seed({ replicas: 3, annotations });
      expect(code(await apply(permit(), 'second'))).toBe('preconditionFailed');
      expect(await replicas()).toBe(3);
    });

    it.each([
      ['another change was written since', { [LAST_CHANGE_ANNOTATION]: '{"id":"other"}' }],
      ['the annotation was taken off', { [LAST_CHANGE_ANNOTATION]: null }],
    ])('are refused when %s', async (_, annotations) => {
      const changed = await changedOnce();
      await cluster.patchByHand(namespace, 'web', { metadata: { annotations } });
      const permit = permitFor(changed, { kind: 'scale', from: 3, to: 4 }, now());
      expect(code(await apply(permit, 'second'))).toBe('preconditionFailed');
      expect(await replicas()).toBe(3);
    });

    it('of a first change are refused when anything of the object moved on', async () => {
      const object = await seed({ replicas: 2 });
      await cluster.patchByHand(namespace, 'web', { metadata: { labels: { moved: 'on' } } });
      const permit = permitFor(object, { kind: 'scale', from: 2, to: 3 }, now());
      expect(code(await apply(permit, 'first'))).toBe('preconditionFailed');
      expect(await replicas()).toBe(2);
    });

    it('of a value that the cluster does not accept are invalid, not a failed precondition', async () => {
      const changed = await changedOnce();
      const permit = permitFor(changed, { kind: 'scale', from: 3, to: -1 }, now());
      const answer = await apply(permit, 'second');
      expect(code(answer)).toBe('invalid');
      expect(!answer.ok && answer.error.message).toMatch(/replicas/);
      expect(!answer.ok && answer.error.uncertain).toBe(false);
    });

    it('as a dry run answer as if done, and write nothing', async () => {
      const object = await seed({ replicas: 2 });
      const permit = permitFor(object, { kind: 'scale', from: 2, to: 3 }, now());
      expect(deploymentSpec(value(await apply(permit, 'first', true))).replicas).toBe(3);
      expect(await replicas()).toBe(2);
      expect((await current()).metadata.annotations?.[LAST_CHANGE_ANNOTATION]).toBeUndefined();
    });

    it('as a dry run fail on the same preconditions, and leave a good permit for the real one', async () => {
      const changed = await changedOnce();
      const permit = permitFor(changed, { kind: 'scale', from: 7, to: 8 }, now());
      expect(code(await apply(permit, 'second', true))).toBe('preconditionFailed');
      const good = permitFor(changed, { kind: 'scale', from: 3, to: 4 }, now());
      value(await apply(good, 'second', true));
      value(await apply(good, 'second'));
      expect(await replicas()).toBe(4);
    });

    it('work once for one permit', async () => {
      const changed = await changedOnce();
      const permit = permitFor(changed, { kind: 'scale', from: 3, to: 4 }, now());
      value(await apply(permit, 'second'));
      await expect(apply(permit, 'second')).rejects.toThrow(/used/);
      expect(await replicas()).toBe(4);
    });

    it.each([
      ['one millisecond past its end', -1],
      ['at its end', 0],
    ])('throw for a permit %s', async (_, left) => {
      const object = await seed({ replicas: 2 });
      const permit = permitFor(object, { kind: 'scale', from: 2, to: 3 }, now(), { expiresAt: now() + left });
      await expect(apply(permit, 'first')).rejects.toThrow(/expired/);
      await expect(apply(permit, 'first', true)).rejects.toThrow(/expired/);
      expect(await replicas()).toBe(2);
    });

    it('throw for something that only looks like a permit', async () => {
      const object = await seed({ replicas: 2 });
      const { terms } = permitFor(object, { kind: 'scale', from: 2, to: 3 }, now());
      const forged: unknown = { terms, use: () => true };
      await expect(apply(forged as Permit, 'first')).rejects.toThrow(/genuine/);
      expect(await replicas()).toBe(2);
    });
  });
}
