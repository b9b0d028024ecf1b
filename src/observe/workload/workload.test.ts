import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../schema/kube.ts';
import type { Workload } from '../../schema/workload.ts';
import { deployment, manages, pod, replicaSet } from '../../testing/observedObjects.ts';
import { type WorkloadSources, workloadFrom } from './workload.ts';

const NOW = Date.UTC(2026, 0, 5);

function observe(of: KubeObject, around: Partial<WorkloadSources> = {}): Workload {
  return workloadFrom({
    deployment: of,
    replicaSets: [],
    pods: [],
    budgets: [],
    hpas: [],
    scaledObjects: [],
    vpas: [],
    quotas: [],
    limitRanges: [],
    nodes: undefined,
    tracker: undefined,
    now: NOW,
    ...around,
  });
}

function namespaced(kind: string, name: string, spec: object, namespace = 'shop'): KubeObject {
  return { apiVersion: 'x/v1', kind, metadata: { name, namespace }, spec };
}

describe('workloadFrom', () => {
  it('counts ready pods only, not the surge pods of a rollout (field case 1)', () => {
    const web = deployment({
      replicas: 10,
      image: 'web:2',
      generation: 7,
      status: { replicas: 15, readyReplicas: 10, updatedReplicas: 5 },
    });
    const [old, fresh] = [replicaSet(web, 1, 'web:1', 10), replicaSet(web, 2, 'web:2', 5)];
    const pods = [
      ...Array.from({ length: 10 }, (_, i) => pod(old, i)),
      ...Array.from({ length: 5 }, (_, i) => pod(fresh, i, { ready: false })),
    ];
    const workload = observe(web, { replicaSets: [old, fresh], pods });
    expect(workload).toMatchObject({ replicas: 10, ready: 10, statusReplicas: 15, updated: 5 });
    expect(workload.rollout).toMatchObject({ underWay: true, newPods: 5, newPodsReady: 0, newPodsFailing: 0 });
  });

  describe('sums the requests of what runs as long as the pod (field case 2)', () => {
    const migrate = { name: 'migrate', resources: { requests: { cpu: '900m' } } };
    const mesh = { name: 'mesh', restartPolicy: 'Always', resources: { requests: { cpu: '100m' } } };
    const app = { name: 'app', resources: { requests: { cpu: '400m' } } };
    it.each<{ name: string; spec: object; cpu: number | undefined; missing: string[] }>([
      {
        name: 'sidecars count, init containers that end do not',
        spec: { initContainers: [migrate, mesh], containers: [app] },
        cpu: 500,
        missing: ['mesh (memory)', 'app (memory)'],
      },
      {
        name: 'a sidecar without a request leaves no sum and is named',
        spec: { initContainers: [{ name: 'mesh', restartPolicy: 'Always' }], containers: [app] },
        cpu: undefined,
        missing: ['mesh (cpu)', 'mesh (memory)', 'app (memory)'],
      },
      {
        name: 'resources of the pod as a whole take precedence',
        spec: { resources: { requests: { cpu: '1', memory: '1Gi' } }, containers: [{ name: 'app' }] },
        cpu: 1000,
        missing: [],
      },
    ])('$name', ({ spec, cpu, missing }) => {
      const web = deployment();
      const set = replicaSet(web, 1);
      const { requests } = observe(web, { replicaSets: [set], pods: [pod(set, 0, { spec }), pod(set, 1, { spec })] });
      expect(requests.cpu).toBe(cpu);
      expect(requests.missing).toEqual(missing);
    });

    it('takes the template while no pod is ready, and the mean while pods of two templates are', () => {
      const web = deployment();
      const set = replicaSet(web, 1);
      expect(observe(web, { replicaSets: [set], pods: [pod(set, 0, { ready: false })] }).requests.cpu).toBe(500);
      const small = { containers: [{ name: 'app', resources: { requests: { cpu: '100m', memory: '1Gi' } } }] };
      const both = observe(web, { replicaSets: [set], pods: [pod(set, 0), pod(set, 1, { spec: small })] });
      expect(both.requests.cpu).toBe(300);
    });
  });

  it('says that a Deployment on its way out is (field case 7)', () => {
    expect(observe(deployment({ deletionTimestamp: '2026-01-04T23:59:00Z' })).deleting).toBe(true);
    expect(observe(deployment()).deleting).toBe(false);
  });

  it('finds pods by owner reference, never by label alone', () => {
    const [web, other] = [deployment(), deployment({ name: 'other' })];
    const [mine, theirs] = [replicaSet(web, 1), replicaSet(other, 1)];
    const bare = { ...pod(mine, 8), metadata: { name: 'bare', namespace: 'shop', labels: { app: 'web' } } };
    const pods = [pod(mine, 0, { labels: {} }), pod(theirs, 1), bare, pod(web, 9)];
    expect(observe(web, { replicaSets: [mine, theirs], pods }).pods.map(({ name }) => name)).toEqual(['web-r1-0']);
  });

  it('leaves out evicted pods, and counts no terminating one as ready', () => {
    const web = deployment();
    const set = replicaSet(web, 1);
    const pods = [
      pod(set, 0),
      pod(set, 1, { deletionTimestamp: '2026-01-04T23:59:50Z' }),
      pod(set, 2, { status: { phase: 'Failed', reason: 'Evicted' } }),
    ];
    const workload = observe(web, { replicaSets: [set], pods });
    expect(workload.ready).toBe(1);
    expect(workload.pods.map(({ name, ready, terminating }) => ({ name, ready, terminating }))).toEqual([
      { name: 'web-r1-0', ready: true, terminating: false },
      { name: 'web-r1-1', ready: false, terminating: true },
    ]);
  });

  it.each<{ name: string; field: object; owners: string[] }>([
    {
      name: 'an HPA on it',
      field: {
        hpas: [
          namespaced('HorizontalPodAutoscaler', 'hpa', {
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          }),
        ],
      },
      owners: ['HorizontalPodAutoscaler hpa replicas'],
    },
    {
      name: 'an HPA on another name, kind, group or namespace owns nothing',
      field: {
        hpas: [
          namespaced('HorizontalPodAutoscaler', 'a', { scaleTargetRef: { kind: 'Deployment', name: 'other' } }),
          namespaced('HorizontalPodAutoscaler', 'b', { scaleTargetRef: { kind: 'StatefulSet', name: 'web' } }),
          namespaced('HorizontalPodAutoscaler', 'c', {
            scaleTargetRef: { apiVersion: 'argoproj.io/v1', kind: 'Deployment', name: 'web' },
          }),
          namespaced(
            'HorizontalPodAutoscaler',
            'd',
            { scaleTargetRef: { kind: 'Deployment', name: 'web' } },
            'elsewhere',
          ),
        ],
      },
      owners: [],
    },
    {
      name: 'a ScaledObject, which may leave the kind out',
      field: { scaledObjects: [namespaced('ScaledObject', 'so', { scaleTargetRef: { name: 'web' } })] },
      owners: ['ScaledObject so replicas'],
    },
    {
      name: 'a VPA that writes; one with updateMode Off only recommends',
      field: {
        vpas: [
          namespaced('VerticalPodAutoscaler', 'auto', { targetRef: { kind: 'Deployment', name: 'web' } }),
          namespaced('VerticalPodAutoscaler', 'off', {
            targetRef: { kind: 'Deployment', name: 'web' },
            updatePolicy: { updateMode: 'Off' },
          }),
        ],
      },
      owners: ['VerticalPodAutoscaler auto resources'],
    },
  ])('names owners: $name', ({ field, owners }) => {
    expect(observe(deployment(), field).owners.map(({ kind, name, field: of }) => `${kind} ${name} ${of}`)).toEqual(
      owners,
    );
  });

  it.each([
    ['argocd-controller', ['GitOps argocd-controller replicas', 'GitOps argocd-controller template']],
    [
      'argocd-application-controller',
      ['GitOps argocd-application-controller replicas', 'GitOps argocd-application-controller template'],
    ],
    ['kustomize-controller', ['GitOps kustomize-controller replicas', 'GitOps kustomize-controller template']],
    ['helm-controller', ['GitOps helm-controller replicas', 'GitOps helm-controller template']],
    ['kubectl-client-side-apply', []],
    ['kubectl', []],
    ['fairlead', []],
  ])('reads managedFields of %s', (manager, owners) => {
    const managedFields = [
      manages(manager, 'replicas', '2026-01-04T00:00:00Z'),
      manages(manager, 'restart', '2026-01-04T00:00:00Z'),
      manages('kube-controller-manager', 'status', '2026-01-04T00:00:01Z'),
    ];
    const found = observe(deployment({ managedFields })).owners.map(
      ({ kind, name, field }) => `${kind} ${name} ${field}`,
    );
    expect(found).toEqual(owners);
  });

  it('takes a GitOps tool for no owner of a restart whose annotation it does not write', () => {
    const managedFields = [manages('argocd-controller', 'template', '2026-01-04T00:00:00Z')];
    expect(observe(deployment({ managedFields })).owners).toEqual([]);
  });

  it.each([
    { strategy: undefined, replicas: 10, batch: 3 + 2 },
    { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, replicas: 10, batch: 1 },
    { strategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: '10%' } }, replicas: 9, batch: 5 + 0 },
    { strategy: { type: 'Recreate' }, replicas: 4, batch: 4 },
  ])('replaces $batch of $replicas pods at once under $strategy', ({ strategy, replicas, batch }) => {
    const object = deployment();
    object.spec = { ...(object.spec as object), replicas, ...(strategy && { strategy }) };
    expect(observe(object).rolloutBatch).toBe(batch);
  });

  it('lists the budgets that select its pods, with their values as written', () => {
    const budgets = [
      namespaced('PodDisruptionBudget', 'min', { selector: { matchLabels: { app: 'web' } }, minAvailable: 3 }),
      namespaced('PodDisruptionBudget', 'max', {
        selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'x'] }] },
        maxUnavailable: '25%',
      }),
      namespaced('PodDisruptionBudget', 'other', { selector: { matchLabels: { app: 'other' } }, minAvailable: 1 }),
      namespaced('PodDisruptionBudget', 'none', { minAvailable: 1 }),
      namespaced('PodDisruptionBudget', 'far', { selector: {}, minAvailable: 1 }, 'elsewhere'),
    ];
    expect(observe(deployment(), { budgets }).disruptionBudgets).toEqual([
      { name: 'min', minAvailable: '3' },
      { name: 'max', maxUnavailable: '25%' },
    ]);
  });

  it('finds a budget that selects a label which only running pods carry', () => {
    const web = deployment();
    const set = replicaSet(web, 1);
    const budgets = [
      namespaced('PodDisruptionBudget', 'zone', { selector: { matchLabels: { zone: 'a' } }, maxUnavailable: 1 }),
    ];
    const pods = [pod(set, 0, { labels: { app: 'web', zone: 'a' } })];
    expect(observe(web, { budgets, replicaSets: [set], pods }).disruptionBudgets).toHaveLength(1);
  });

  it.each<{ name: string; text: string | undefined; id: string | undefined }>([
    {
      name: 'as we wrote it',
      text: JSON.stringify({
        id: 'web-1.0',
        decision: 'web-1',
        did: 'scale 2 to 3',
        before: '2',
        after: '3',
        at: '2026-01-04T23:00:00Z',
        log: 'unlogged',
        undo: false,
      }),
      id: 'web-1.0',
    },
    { name: 'absent', text: undefined, id: undefined },
    { name: 'no JSON', text: '{', id: undefined },
    { name: 'JSON of somebody else', text: '{"id":1}', id: undefined },
  ])('reads the annotation of the last change: $name', ({ text, id }) => {
    const workload = observe(
      deployment(text === undefined ? {} : { annotations: { 'fairlead.dev/last-change': text } }),
    );
    expect(workload.lastChangeText).toBe(text);
    expect(workload.lastChange?.id).toBe(id);
    expect(workload.hasAnnotations).toBe(text !== undefined);
  });

  it('gives the words of a ReplicaFailure that holds', () => {
    const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota: q' };
    expect(observe(deployment({ status: { conditions: [condition] } })).replicaFailure).toBe('exceeded quota: q');
    const over = { ...condition, status: 'False' };
    expect(observe(deployment({ status: { conditions: [over] } })).replicaFailure).toBeUndefined();
  });

  it.each([
    ['without a status', { ...deployment(), status: undefined }],
    ['without a spec', { ...deployment(), spec: undefined }],
    ['with nonsense in it', { ...deployment(), spec: { replicas: 'two', template: [] }, status: 7 }],
  ])('survives an object %s', (_what, object) => {
    const workload = observe(object as KubeObject);
    expect(workload.ready).toBe(0);
    expect(Number.isInteger(workload.replicas)).toBe(true);
    expect(workload.requests.cpu === undefined || workload.requests.cpu === 500).toBe(true);
  });

  it('knows the managed label and the restart annotation of the template', () => {
    const templateAnnotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-04T10:00:00Z' };
    expect(observe(deployment({ templateAnnotations }))).toMatchObject({
      managed: true,
      restartedAt: '2026-01-04T10:00:00Z',
      hasTemplateAnnotations: true,
      image: 'web:1',
    });
    expect(observe(deployment({ labels: {} }))).toMatchObject({
      managed: false,
      restartedAt: null,
      hasTemplateAnnotations: false,
    });
  });
});
