import { describe, expect, it } from 'vitest';
import type { KubeObject, ManagedField } from '../schema/kube.ts';
import { deployment, manages } from '../testing/observedObjects.ts';
import { type Tracked, track } from './tracker.ts';

const NOW = Date.UTC(2026, 0, 5);
const EARLIER = '2026-01-04T00:00:00Z';
const LATER = '2026-01-05T00:00:00Z';
const STEADY = manages('kubectl-client-side-apply', 'template', EARLIER);
const RESTART = 'kubectl.kubernetes.io/restartedAt';

const lastChange = (after: string) => ({
  'fairlead.dev/last-change': JSON.stringify({
    id: `web-1.${after}`,
    decision: 'web-1',
    did: 'x',
    before: '2',
    after,
    at: LATER,
    log: 'unlogged',
    undo: false,
  }),
});

const seen = (object: KubeObject): Tracked => track(undefined, undefined, object, NOW - 1000);
const foreign = (before: KubeObject, after: KubeObject) => track(seen(before), before, after, NOW).foreign;
const by = (manager: string, field: 'replicas' | 'template', time = LATER): readonly ManagedField[] => [
  STEADY,
  manages(manager, field, time),
];

describe('foreign changes', () => {
  it('are none at first sight: the apply that created the object does not count', () => {
    expect(seen(deployment({ managedFields: by('kubectl', 'replicas') })).foreign).toEqual([]);
  });

  it.each<{ name: string; before: KubeObject; after: KubeObject; found: object[] }>([
    {
      name: 'replicas by kubectl scale',
      before: deployment({ replicas: 3, managedFields: [STEADY] }),
      after: deployment({ replicas: 5, managedFields: by('kubectl', 'replicas') }),
      found: [{ field: 'replicas', at: NOW, manager: 'kubectl', from: '3', to: '5' }],
    },
    {
      name: 'replicas by nobody that the object names',
      before: deployment({ replicas: 3 }),
      after: deployment({ replicas: 5 }),
      found: [{ field: 'replicas', at: NOW, manager: 'unknown', from: '3', to: '5' }],
    },
    {
      name: 'replicas by us',
      before: deployment({ replicas: 3 }),
      after: deployment({ replicas: 5, annotations: lastChange('5'), managedFields: by('fairlead', 'replicas') }),
      found: [],
    },
    {
      name: 'a value that our last change wrote, whoever the object names',
      before: deployment({ replicas: 3 }),
      after: deployment({ replicas: 5, annotations: lastChange('5'), managedFields: by('kubectl', 'replicas') }),
      found: [],
    },
    {
      name: 'ours and then theirs between two events: theirs is from ours',
      before: deployment({ replicas: 3 }),
      after: deployment({ replicas: 7, annotations: lastChange('5'), managedFields: by('kubectl', 'replicas') }),
      found: [{ field: 'replicas', at: NOW, manager: 'kubectl', from: '5', to: '7' }],
    },
    {
      name: 'a repair of ours put back',
      before: deployment({ replicas: 5, annotations: lastChange('5'), managedFields: by('fairlead', 'replicas') }),
      after: deployment({
        replicas: 3,
        annotations: lastChange('5'),
        managedFields: by('argocd-controller', 'replicas'),
      }),
      found: [{ field: 'replicas', at: NOW, manager: 'argocd-controller', from: '5', to: '3' }],
    },
    {
      name: 'status, labels and annotations only',
      before: deployment({ replicas: 3 }),
      after: deployment({
        replicas: 3,
        labels: { team: 'shop' },
        annotations: { note: 'x' },
        status: { readyReplicas: 1 },
        managedFields: by('kubectl', 'replicas'),
      }),
      found: [],
    },
    {
      name: 'the image of the template',
      before: deployment({ image: 'web:1' }),
      after: deployment({ image: 'web:2', managedFields: by('kubectl-set', 'template') }),
      found: [{ field: 'template', at: NOW, manager: 'kubectl-set', from: 'web:1', to: 'web:2' }],
    },
    {
      name: "a person's restart",
      before: deployment(),
      after: deployment({
        templateAnnotations: { [RESTART]: LATER },
        managedFields: by('kubectl-rollout', 'template'),
      }),
      found: [
        {
          field: 'template',
          at: NOW,
          manager: 'kubectl-rollout',
          from: 'restarted at never',
          to: `restarted at ${LATER}`,
        },
      ],
    },
    {
      name: 'our own restart',
      before: deployment(),
      after: deployment({
        templateAnnotations: { [RESTART]: LATER },
        annotations: lastChange(LATER),
        managedFields: by('fairlead', 'template'),
      }),
      found: [],
    },
  ])('$name', ({ before, after, found }) => {
    expect(foreign(before, after)).toEqual(found);
  });

  it('tells two templates with the same image apart', () => {
    const [change] = foreign(deployment(), deployment({ templateAnnotations: { config: '2' } }));
    expect(change?.field).toBe('template');
    expect(change?.from).not.toBe(change?.to);
  });

  it('come by values and not by events (field case 8)', () => {
    const web = deployment({ replicas: 3, managedFields: by('kubectl', 'replicas') });
    let state = seen(web);
    const calm = state;
    for (let i = 0; i < 1000; i += 1) {
      const next = {
        ...web,
        metadata: { ...web.metadata, resourceVersion: String(1000 + i) },
        status: { readyReplicas: i % 4 },
      };
      state = track(state, web, next, NOW + i);
    }
    expect(state).toEqual(calm);
  });

  it('are forgotten after an hour, and never more than twenty', () => {
    let state = seen(deployment({ replicas: 0 }));
    for (let i = 0; i < 50; i += 1) {
      state = track(state, deployment({ replicas: i }), deployment({ replicas: i + 1 }), NOW + i);
    }
    expect(state.foreign).toHaveLength(20);
    expect(state.foreign.at(-1)).toMatchObject({ to: '50' });
    const later = track(state, deployment({ replicas: 1 }), deployment({ replicas: 2 }), NOW + 3_700_000);
    expect(later.foreign).toHaveLength(1);
  });

  it('belong to one object: the same name with another uid starts without any', () => {
    const before = deployment({ replicas: 3 });
    const state = track(seen(before), before, deployment({ replicas: 5 }), NOW);
    expect(state.foreign).toHaveLength(1);
    expect(track(state, deployment({ replicas: 5 }), deployment({ replicas: 7, uid: 'another' }), NOW).foreign).toEqual(
      [],
    );
  });
});
