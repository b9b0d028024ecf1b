import { describe, expect, it } from 'vitest';
import type { ClusterReader } from '../../../ports/cluster.ts';
import { KINDS, type KubeObject } from '../../../schema/kube.ts';
import { deploymentObject } from '../../../testing/contractObjects.ts';
import { labelFindings } from './doctorLabels.ts';

const blueprint = (name: string, target = name): KubeObject => ({
  apiVersion: KINDS.Blueprint.apiVersion,
  kind: 'Blueprint',
  metadata: { name, namespace: 'shop' },
  spec: { target: { name: target } },
});
function deployment(name: string, labelled: boolean): KubeObject {
  const object = deploymentObject('shop', name, { replicas: 2 });
  return { ...object, metadata: { ...object.metadata, labels: labelled ? { 'fairlead.dev/managed': 'true' } : {} } };
}
const found = (blueprints: KubeObject[], deployments: KubeObject[]) => {
  const list: ClusterReader['list'] = (kind) =>
    Promise.resolve({
      ok: true,
      value: { items: kind === KINDS.Blueprint ? blueprints : deployments, resourceVersion: '1' },
    });
  return labelFindings({ list });
};
const states = async (...of: Parameters<typeof found>) =>
  (await found(...of)).map(({ what, state }) => `${what} ${state}`);

describe('what the doctor says of labels', () => {
  it('is that all is fine where every Blueprint has its labelled Deployment, and no other is labelled', async () => {
    expect(await found([blueprint('limits', 'web')], [deployment('web', true), deployment('api', false)])).toEqual([
      { what: 'blueprints', state: 'fine', detail: '1, every Deployment labelled' },
    ]);
  });

  it.each<[string, KubeObject[], KubeObject[], string]>([
    ['no Deployment', [blueprint('web')], [], 'blueprints wrong'],
    ['no label', [blueprint('web')], [deployment('web', false)], 'blueprints wrong'],
    ['no Blueprint', [], [deployment('web', false)], 'blueprints off'],
  ])('is wrong, or off, where there is %s', async (_, blueprints, deployments, state) => {
    expect(await states(blueprints, deployments)).toEqual([state]);
  });

  it('is a warning of a label that no Blueprint goes with, whatever else there is', async () => {
    expect(await states([], [deployment('web', true)])).toEqual(['blueprints off', 'labels warn']);
    expect(await states([blueprint('api')], [deployment('web', true)])).toEqual(['blueprints wrong', 'labels warn']);
    const all = [deployment('api', true), deployment('web', true), deployment('old', true)];
    const [, warned] = await found([blueprint('api')], all);
    expect(warned).toMatchObject({
      detail: expect.stringMatching(/^2 Deployments carry .* the first shop\/web: .* ceilings alone$/),
      fix: expect.stringContaining('kubectl label deploy -n shop web fairlead.dev/managed-'),
    });
  });

  it('names those whose newest version is refused, and not those that were mended since', async () => {
    const judged = (name: string, status: 'True' | 'False', observedGeneration = 2): KubeObject => {
      const one = blueprint(name);
      const condition = { type: 'Accepted', status, reason: 'x', message: 'over the ceiling', lastTransitionTime: 'x' };
      const metadata = { ...one.metadata, generation: 2 };
      return { ...one, metadata, status: { conditions: [{ ...condition, observedGeneration }] } };
    };
    const all = [judged('web', 'True'), judged('api', 'False'), judged('db', 'False'), judged('old', 'False', 1)];
    const deployments = ['web', 'api', 'db', 'old'].map((name) => deployment(name, true));
    expect(await found(all, deployments)).toMatchObject([
      { what: 'blueprints', state: 'fine' },
      { what: 'refused', state: 'wrong', detail: '2 of 4 blueprints: shop/api, shop/db; shop/api: over the ceiling' },
    ]);
  });
});
