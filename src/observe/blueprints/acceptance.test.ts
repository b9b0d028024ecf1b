import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/kube.ts';
import { FakeCluster } from '../../testing/fakeCluster.ts';
import { blueprint } from '../../testing/observedObjects.ts';
import { Acceptance } from './acceptance.ts';

const BAD = { scaling: { min_replicas: 9, max_replicas: 3 } };
function organisation(spec: object): KubeObject {
  return { apiVersion: 'fairlead.dev/v1alpha1', kind: 'ClusterBlueprint', metadata: { name: 'default' }, spec };
}

/** Gives objects the uid and versions of an API server. */
function open() {
  const cluster = new FakeCluster();
  const acceptance = new Acceptance();
  const accept = (objects: KubeObject[], rules?: KubeObject) =>
    acceptance.accept(objects, acceptance.global(rules)).map(({ object, blueprint: inForce, faults }) => ({
      name: object.metadata.name,
      max: inForce?.scaling.maxReplicas,
      target: inForce?.target.name,
      autonomy: inForce?.autonomy,
      codes: faults.map(({ code }) => code),
      faults,
    }));
  return { put: (object: KubeObject) => cluster.put(object), acceptance, accept };
}

describe('Acceptance', () => {
  it('puts a good blueprint in force', () => {
    const { put, accept } = open();
    expect(accept([put(blueprint())])).toMatchObject([{ name: 'web', max: 10, target: 'web', codes: [] }]);
  });

  it('refuses a bad version whole, keeps the last accepted one, and takes the next good one', () => {
    const { put, accept } = open();
    accept([put(blueprint())]);
    const [refused] = accept([put(blueprint('web', BAD))]);
    expect(refused).toMatchObject({ max: 10 });
    expect(refused?.codes.length).toBeGreaterThan(0);
    expect(accept([put(blueprint('web', { scaling: { min_replicas: 2, max_replicas: 5 } }))])).toMatchObject([
      { max: 5, codes: [] },
    ]);
  });

  it('has nothing in force when no version was ever good, nor for a new object of the same name', () => {
    const { put, accept, acceptance } = open();
    expect(accept([put(blueprint('web', BAD))])[0]?.max).toBeUndefined();
    accept([put(blueprint())]);
    const again = { ...blueprint('web', BAD), metadata: { name: 'web', namespace: 'shop', uid: 'another' } };
    expect(accept([put(again)])[0]?.max).toBeUndefined();
    acceptance.keepOnly([]);
    expect(accept([put(blueprint('web', BAD))])[0]?.max).toBeUndefined();
  });

  it('refuses the younger of two for one target and names the elder', () => {
    const { put, accept } = open();
    const younger = put(blueprint('alpha', { target: { name: 'web' } }, '2026-01-02T00:00:00Z'));
    const elder = put(blueprint('web', {}, '2026-01-01T00:00:00Z'));
    const [first, second] = accept([younger, elder]);
    expect(first).toMatchObject({ name: 'web', target: 'web', codes: [] });
    expect(second).toMatchObject({ name: 'alpha', target: undefined, codes: ['DuplicateTarget'] });
    expect(second?.faults[0]?.message).toContain('older Blueprint web already governs Deployment web');
    expect(accept([younger])).toMatchObject([{ name: 'alpha', target: 'web', codes: [] }]);
  });

  it('keeps the earlier target of a blueprint that moves onto a taken one', () => {
    const { put, accept } = open();
    const elder = put(blueprint('web', {}, '2026-01-01T00:00:00Z'));
    accept([elder, put(blueprint('api', {}, '2026-01-02T00:00:00Z'))]);
    const moved = put(blueprint('api', { target: { name: 'web' } }, '2026-01-02T00:00:00Z'));
    expect(accept([elder, moved])[1]).toMatchObject({ name: 'api', target: 'api', codes: ['DuplicateTarget'] });
  });

  it('takes no account of a blueprint that is being deleted', () => {
    const { put, accept } = open();
    const object = put(blueprint());
    const leaving = { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-05T00:00:00Z' } };
    expect(accept([leaving])).toEqual([]);
  });

  it('puts nothing in force while the global rules were never good', () => {
    const { put, acceptance } = open();
    const global = acceptance.global(put(organisation({ ceilings: { max_replicas: 'many' } })));
    expect(global.rules).toBeUndefined();
    const [accepted] = acceptance.accept([put(blueprint())], global);
    expect(accepted?.blueprint).toBeUndefined();
    expect(accepted?.faults.length).toBeGreaterThan(0);
    expect(acceptance.accept([put(blueprint())], { faults: [] })[0]?.blueprint).toBeUndefined();
  });

  it('keeps the last good global rules when a bad version comes, but does not read "none" as a version', () => {
    const { put, acceptance } = open();
    expect(acceptance.global(put(organisation({ ceilings: { max_replicas: 20 } }))).rules?.ceilings.maxReplicas).toBe(
      20,
    );
    const bad = put(organisation({ ceilings: { max_replicas: 'many' } }));
    expect(acceptance.global(bad)).toMatchObject({ rules: { ceilings: { maxReplicas: 20 } } });
    expect(acceptance.global(undefined).rules?.ceilings).toEqual({});
    expect(acceptance.global(bad).rules).toBeUndefined();
  });

  it('lets stricter global rules bind at once, also where the newest version is refused', () => {
    const { put, accept } = open();
    accept([put(blueprint())]);
    const rules = put(organisation({ autonomy: 'observe', ceilings: { max_replicas: 4 }, safety: { cooldown: '5m' } }));
    const [bound] = accept([put(blueprint('web', BAD))], rules);
    expect(bound).toMatchObject({ max: 4, autonomy: 'observe' });
    expect(bound?.codes.length).toBeGreaterThan(0);
  });

  it('reads one version once', () => {
    const { put, acceptance } = open();
    const object = put(blueprint());
    const [first] = acceptance.accept([object], acceptance.global(undefined));
    const [second] = acceptance.accept([object], acceptance.global(undefined));
    expect(first?.blueprint).toBeDefined();
    expect(second?.blueprint).toBe(first?.blueprint);
  });
});
