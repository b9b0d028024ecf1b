import { describe, expect, it } from 'vitest';
import type { ServiceView } from '../../observe/serviceView.ts';
import { NO_GLOBAL_RULES } from '../../schema/blueprint.ts';
import type { Wanted } from '../../schema/change.ts';
import { NEW_COUNTERS } from '../../schema/counters.ts';
import { calmBlueprint, calmFleet, calmWorkload, hotAssessment, NOON, operation } from '../../testing/gateInput.ts';
import { changeDiff } from './changeDiff.ts';
import { isReversible, risksOf } from './risks.ts';

const REVISIONS = [
  { revision: 4, hash: 'new', replicaSet: 'web-new', uid: 'n', images: 'web:2', first: 4, healthy: false },
  { revision: 3, hash: 'old', replicaSet: 'web-old', uid: 'o', images: 'web:1', first: 3, healthy: true },
];
const app = (cpu: string) => [{ name: 'app', main: true, resources: { requests: { cpu, memory: '256Mi' } } }];
const workload = calmWorkload({
  image: 'web:2',
  containers: app('500m'),
  current: { revision: 4, hash: 'new', replicaSet: 'web-new', uid: 'n' },
  revisions: REVISIONS.map((one, n) => ({ ...one, containers: app(n === 0 ? '500m' : '400m') })),
});

describe('the diff of the real object', () => {
  it.each<{ wanted: Wanted; lines: string[] }>([
    { wanted: { kind: 'scale', replicas: 0 }, lines: [' spec:', '-  replicas: 2', '+  replicas: 0'] },
    { wanted: { kind: 'scale', replicas: 2 }, lines: [' spec:', '   replicas: 2'] },
    {
      wanted: { kind: 'restart' },
      lines: [
        ' spec:',
        '   template:',
        '     metadata:',
        '       annotations:',
        '+        kubectl.kubernetes.io/restartedAt: (the time of the write)',
      ],
    },
    {
      wanted: { kind: 'resources', amounts: { cpu_request: '600m', memory_limit: '1Gi' } },
      lines: [
        ' spec:',
        '   template:',
        '     spec:',
        '       containers:',
        '       - name: app',
        '         resources:',
        '           requests:',
        '-            cpu: 500m',
        '+            cpu: 600m',
        '           limits:',
        '+            memory: 1Gi',
      ],
    },
    {
      wanted: { kind: 'rollback', revision: null },
      lines: [
        '-# revision 4 (new), web:2',
        '+# revision 3 (old), web:1',
        ' spec:',
        '   template:',
        '     spec:',
        '       containers:',
        '       - name: app',
        '         resources:',
        '           requests:',
        '-            cpu: 500m',
        '+            cpu: 400m',
      ],
    },
    { wanted: { kind: 'rollback', revision: 99 }, lines: [] },
  ])('for $wanted', ({ wanted, lines }) => {
    expect(changeDiff(wanted, workload).map(({ sign, text }) => `${sign}${text}`)).toEqual(lines);
  });
});

describe('risks', () => {
  const view = (rest: Partial<ServiceView> = {}): ServiceView => ({
    namespace: 'shop',
    name: 'web',
    object: { apiVersion: '', kind: '', metadata: { name: 'web' } },
    blueprint: calmBlueprint(),
    global: NO_GLOBAL_RULES,
    workload,
    assessment: hotAssessment(),
    counters: NEW_COUNTERS,
    holds: [],
    fleet: calmFleet(),
    matches: 1,
    ...rest,
  });
  const text = (title: string, wanted: Wanted, rest: Partial<ServiceView> = {}): string =>
    risksOf(view(rest), wanted, NOON).find((risk) => risk.title === title)?.text ?? '';
  const DOWN: Wanted = { kind: 'scale', replicas: 1 };

  it('of fewer pods say what carries the load then', () => {
    expect(text('Touches', DOWN)).toBe('1 Deployment, −1 pod, −0.5 cores, −512 MiB.');
    expect(text('Load after it', DOWN)).toBe('CPU about 170% at 1 replica with the load of now (limit 80%).');
    expect(text('Touches', { kind: 'scale', replicas: 0 })).toContain('No pod is left');
    expect(text('Touches', { kind: 'restart' })).toBe('1 Deployment; all 2 pods are replaced, a few at a time.');
  });

  it('say whether and how it is taken back', () => {
    expect([isReversible(DOWN), isReversible({ kind: 'restart' }), isReversible(undefined)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(text('Undo', { kind: 'restart' })).toContain('Not reversible: pods that were replaced are gone');
    const unverified = calmBlueprint({ verification: { ...calmBlueprint().verification, enabled: false } });
    expect(text('Undo', DOWN, { blueprint: unverified })).toContain('nothing undoes it: a person has to');
    const pods = [1, 2, 3].map((n) => ({
      name: `p${n}`,
      ready: true,
      current: true,
      startedAt: NOON,
      readyAt: NOON + n * 10_000,
      restarts: 0,
      terminating: false,
    }));
    expect(text('Undo', DOWN, { workload: { ...workload, pods } })).toContain(
      'a pod is ready about 20 s after its start',
    );
  });

  it('say what else goes on', () => {
    const counters = { ...NEW_COUNTERS, operations: [operation(30_000)] };
    const freeze = [{ cron: '0 0 * * *', timeZone: 'UTC', durationMs: 86_400_000, reason: 'sale' }];
    const also = text('Also going on', DOWN, {
      counters,
      blueprint: calmBlueprint({ freeze }),
      workload: { ...workload, rollout: { ...workload.rollout, underWay: true } },
    });
    expect(also).toBe(
      'Breaker closed · a rollout is under way · frozen until 00:00:00 UTC: sale · cooldown until 12:00:30 UTC · 1 of 10 operations this hour.',
    );
  });

  it('name who else asks for room, and say where nothing can be known', () => {
    const each = { replicas: 1, cpu: 1, memory: 1 };
    const claim = {
      service: 'shop/db',
      priority: 'high',
      criticality: 'critical',
      missed: 1,
      asks: 2,
      each,
      pending: false,
    } as const;
    expect(
      text('Shared capacity', { kind: 'scale', replicas: 4 }, { fleet: calmFleet({ claims: [claim] }) }),
    ).toContain('Room is also asked for by shop/db.');
    const { fleet: _f, counters: _c, holds: _h, ...blind } = view();
    const risks = risksOf(blind, DOWN, NOON);
    expect(risks.find(({ title }) => title === 'Shared capacity')?.text).toContain('not known now');
    expect(risks.find(({ title }) => title === 'Also going on')?.text).toContain('the counters cannot be read');
    expect(risksOf(undefined, DOWN, NOON)).toMatchObject([{ title: 'Not known' }]);
  });
});
