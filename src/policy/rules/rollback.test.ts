import { describe, expect, it } from 'vitest';
import type { RuleId } from '../../schema/verdict.ts';
import {
  BY_ANN,
  type CalmOverrides,
  calmInput,
  NOON,
  operation,
  RESTART,
  said,
  undoInput,
} from '../../testing/gateInput.ts';
import {
  boundedBlueprint,
  FAILING,
  podOf,
  resourcesTo,
  revisionOf,
  rollbackTo,
  templateChange,
  versionedWorkload,
  WRITTEN,
} from '../../testing/templateChanges.ts';
import { decide } from '../decide.ts';

const of = (request: Parameters<typeof templateChange>[0], overrides: CalmOverrides = {}) =>
  decide(calmInput(templateChange(request, overrides)));
const codes = (rule: RuleId, ...given: Parameters<typeof of>): string[] => said(of(...given).verdict, rule);

describe('GATE-G18-3 a rollback names a version that there is, and that ran well', () => {
  it.each<{ name: string; revision: number | null; over?: CalmOverrides; says: string[]; to?: number }>([
    { name: 'a healthy one', revision: 1, says: [], to: 1 },
    { name: 'the newest healthy one', revision: null, says: [], to: 2 },
    {
      name: 'the newest healthy one past one that never was',
      revision: null,
      over: { workload: { revisions: [revisionOf(3), revisionOf(2, { healthy: false }), revisionOf(1)] } },
      says: [],
      to: 1,
    },
    {
      name: 'never forward to what was rolled back from',
      revision: null,
      over: {
        workload: {
          current: revisionOf(4, { hash: 'hash2' }),
          revisions: [revisionOf(4, { hash: 'hash2', first: 2 }), revisionOf(3), revisionOf(1)],
        },
      },
      says: [],
      to: 1,
    },
    {
      name: 'none that was healthy',
      revision: null,
      over: { workload: { revisions: [revisionOf(3)] } },
      says: ['forbid NoSuchRevision'],
    },
    { name: 'none of that number', revision: 9, says: ['forbid NoSuchRevision'] },
    { name: 'the current one', revision: 3, says: ['forbid NothingToChange'] },
    {
      name: 'one that nobody saw healthy',
      revision: 2,
      over: { workload: { revisions: [revisionOf(3), revisionOf(2, { healthy: false })] } },
      says: ['forbid NotKnownHealthy'],
    },
    {
      name: 'the same, asked for by a person',
      revision: 2,
      over: { request: BY_ANN, workload: { revisions: [revisionOf(3), revisionOf(2, { healthy: false })] } },
      says: [],
      to: 2,
    },
  ])('$name', ({ revision, over = {}, says, to }) => {
    const given = of(rollbackTo(revision), { ...over, assessment: { breach: ['latency_p95'] } });
    expect(said(given.verdict, 'G18')).toEqual(says);
    const change = given.permit?.terms.change;
    expect(change?.kind === 'rollback' ? change.to.revision : undefined).toBe(to);
  });
});

it('GATE-G21-3 an agent rolls back only where something is wrong', () => {
  expect(codes('G21', rollbackTo(2))).toEqual(['forbid NoEvidence']);
  expect(codes('G21', rollbackTo(2), { assessment: { breach: ['error_rate'] } })).toEqual([]);
  expect(codes('G21', rollbackTo(2), { workload: { pods: [podOf()] } })).toEqual([]);
  expect(codes('G21', rollbackTo(2), { request: BY_ANN })).toEqual([]);
});

describe('GATE-G7-3 the repair of a rollout whose new pods all fail passes it', () => {
  const rollout = (overrides: object) => ({ workload: { ...FAILING, rollout: { ...FAILING.rollout, ...overrides } } });
  it.each<{ name: string; request: Parameters<typeof templateChange>[0]; over: CalmOverrides; says: string[] }>([
    { name: 'a rollback', request: rollbackTo(2), over: rollout({}), says: [] },
    { name: 'other resources', request: resourcesTo({ memory_limit: '768Mi' }), over: rollout({}), says: [] },
    { name: 'not a restart', request: RESTART, over: rollout({}), says: ['wait Rollout'] },
    {
      name: 'not in the first pass',
      request: rollbackTo(2),
      over: rollout({ failingPasses: 1 }),
      says: ['wait Rollout'],
    },
    {
      name: 'not with a new pod ready',
      request: rollbackTo(2),
      over: rollout({ newPodsReady: 1 }),
      says: ['wait Rollout'],
    },
    {
      name: 'not where none fails',
      request: rollbackTo(2),
      over: rollout({ newPodsFailing: 0 }),
      says: ['wait Rollout'],
    },
    { name: 'not a paused one', request: rollbackTo(2), over: rollout({ paused: true }), says: ['wait Rollout'] },
  ])('$name', ({ request, over, says }) => {
    expect(codes('G7', request, over)).toEqual(says);
  });
});

it('GATE-G2-3 what replaces all pods needs one allowed disruption, unless it mends pods that are not ready', () => {
  const tight = { disruptionBudgets: [{ name: 'pdb', minAvailable: '2' }] };
  expect(codes('G2', rollbackTo(2), { workload: tight })).toEqual(['forbid DisruptionBudget']);
  expect(codes('G2', resourcesTo({ memory_limit: '768Mi' }), { workload: tight })).toEqual(['forbid DisruptionBudget']);
  expect(codes('G2', rollbackTo(2), { workload: { ...tight, ...FAILING } })).toEqual([]);
  expect(codes('G2', rollbackTo(2), { workload: { ...tight, ready: 0, pods: [podOf()] } })).toEqual([]);
});

describe('GATE-G1-5 resources and template have owners of their own, and repairs do not wait for a fresh change', () => {
  const owner = (field: 'resources' | 'image' | 'template') => ({
    owners: [{ kind: 'GitOps' as const, name: 'argocd', field }],
  });
  const fresh = {
    foreignChanges: [{ field: 'template' as const, at: NOON - 60_000, manager: 'kubectl', from: 'web:2', to: 'web:3' }],
  };
  const resources = resourcesTo({ memory_limit: '768Mi' });
  it.each<{ name: string; request: Parameters<typeof templateChange>[0]; over: CalmOverrides; says: string[] }>([
    {
      name: 'resources of another',
      request: resources,
      over: { workload: owner('resources') },
      says: ['forbid OwnedByOther'],
    },
    {
      name: 'resources beside an owner of the image',
      request: resources,
      over: { workload: owner('image') },
      says: [],
    },
    {
      name: 'a rollback of what another applies',
      request: rollbackTo(2),
      over: { workload: owner('image') },
      says: ['forbid OwnedByOther'],
    },
    {
      name: 'a rollback beside an owner of resources',
      request: rollbackTo(2),
      over: { workload: owner('template') },
      says: [],
    },
    {
      name: 'a rollback that leaves resources as another applies them',
      request: rollbackTo(2),
      over: { workload: owner('resources') },
      says: [],
    },
    {
      name: 'a rollback that brings other resources along',
      request: rollbackTo(2),
      over: {
        workload: {
          ...owner('resources'),
          revisions: [revisionOf(3), revisionOf(2, { containers: [{ name: 'app', main: true }] })],
        },
      },
      says: ['forbid OwnedByOther'],
    },
    {
      name: 'a rollback of a fresh change in a calm service',
      request: rollbackTo(2),
      over: { workload: fresh, assessment: { pressure: [] } },
      says: ['wait ChangedByOther'],
    },
    {
      name: 'a rollback of a fresh change whose pods fail',
      request: rollbackTo(2),
      over: { workload: { ...fresh, ...FAILING }, assessment: { pressure: [] } },
      says: [],
    },
    { name: 'resources under pressure', request: resources, over: { workload: fresh }, says: [] },
    { name: 'a restart under pressure', request: RESTART, over: { workload: fresh }, says: ['wait ChangedByOther'] },
  ])('$name', ({ request, over, says }) => {
    expect(codes('G1', request, over)).toEqual(says);
  });
});

it('GATE-G12-11 other resources take from the optional share, a rollback does not', () => {
  const spent = {
    counters: {
      operations: Array.from({ length: 6 }, (_, i) => operation(120_000 + i, { optional: true, direction: 'none' })),
    },
  };
  expect(codes('G12', resourcesTo({ memory_limit: '768Mi' }), spent)).toContain('wait OptionalSpent');
  expect(codes('G12', rollbackTo(2), spent)).not.toContain('wait OptionalSpent');
});

describe('GATE-G17-5 resources and rollbacks are undone to what stood there', () => {
  const [three, two] = [revisionOf(3), revisionOf(2)];
  const lastChange = (before: string, after: string) => ({
    id: 'web-bbbbbbbbbb.1',
    decision: 'web-bbbbbbbbbb',
    did: 'x',
    before,
    after,
    at: '2026-01-05T11:58:00.000Z',
    log: '',
    undo: false,
  });
  const undo = (wanted: 'resources' | 'rollback', change: object, texts: [string, string], workload: object) => {
    const [before, wrote] = texts;
    const request = {
      wanted: wanted === 'rollback' ? { kind: wanted, revision: null } : { kind: wanted, amounts: {} },
    } as const;
    return decide(
      undoInput(
        { before, wrote, direction: 'none', change: change as never },
        {
          request,
          blueprint: boundedBlueprint(),
          workload: versionedWorkload({ lastChange: lastChange(before, wrote), ...workload }),
        },
      ),
    );
  };
  const back = { kind: 'rollback', from: three, to: two };
  const texts: [string, string] = ['revision 3 (hash3)', 'revision 2 (hash2)'];
  const now = { current: { ...two, revision: 4 }, revisions: [{ ...two, revision: 4 }, three] };

  it('a rollback, by its template and not by its number', () => {
    const { verdict, permit } = undo('rollback', back, texts, now);
    expect(said(verdict, 'G17')).toEqual([]);
    expect(permit?.terms.change).toEqual({ kind: 'rollback', from: two, to: three });
  });

  it.each([
    { name: 'somebody rolled on since', workload: { ...now, current: revisionOf(5) }, says: ['forbid ChangedSince'] },
    {
      name: 'the version before is gone',
      workload: { ...now, revisions: [{ ...two, revision: 4 }] },
      says: ['forbid RevisionGone'],
    },
    {
      name: 'the version before was broken',
      workload: {
        ...now,
        revisions: [
          { ...two, revision: 4 },
          { ...three, healthy: false },
        ],
      },
      says: ['forbid BeforeWasBroken'],
    },
  ])('not where $name', ({ workload, says }) => {
    expect(said(undo('rollback', back, texts, workload).verdict, 'G17')).toEqual(says);
  });

  it('resources, to the byte; outside the bounds to the nearest', () => {
    const to = { ...WRITTEN, limits: { cpu: '1', memory: '768Mi' } };
    const containers = [{ name: 'app', main: true, resources: to }];
    const change = (from: object) => ({ kind: 'resources', container: 'app', index: 0, from, to });
    const after = 'cpu 500m/1, memory 256Mi/768Mi';
    const same = undo('resources', change(WRITTEN), ['cpu 500m/1, memory 256Mi/512Mi', after], { containers });
    expect(same.permit?.terms.change).toEqual({ ...change(WRITTEN), from: to, to: WRITTEN });
    const tiny = { ...WRITTEN, limits: { cpu: '1', memory: '64Mi' } };
    const bound = undo('resources', change(tiny), ['cpu 500m/1, memory 256Mi/64Mi', after], { containers });
    expect(said(bound.verdict, 'G17')).toEqual(['note ToNearestBound']);
    expect(bound.permit?.terms.change).toMatchObject({ to: { limits: { cpu: '1', memory: '128Mi' } } });
  });

  it.each([
    { name: 'a key beside requests and limits was added', container: { resources: { claims: [] } } },
    { name: 'the container has another name now', container: { name: 'web' } },
  ])('not resources where $name', ({ container }) => {
    const to = { ...WRITTEN, limits: { cpu: '1', memory: '768Mi' } };
    const change = { kind: 'resources', container: 'app', index: 0, from: WRITTEN, to };
    const resources = { ...to, ...container.resources };
    const containers = [{ name: 'app', main: true, ...container, resources }];
    const written: [string, string] = ['cpu 500m/1, memory 256Mi/512Mi', 'cpu 500m/1, memory 256Mi/768Mi'];
    expect(said(undo('resources', change, written, { containers }).verdict, 'G17')).toEqual(['forbid ChangedSince']);
  });

  it('nothing where the record does not say what stood there', () => {
    const input = undoInput(
      { before: 'x', wrote: 'cpu 500m/1, memory 256Mi/512Mi', direction: 'none' },
      {
        request: { wanted: { kind: 'resources', amounts: {} } },
        blueprint: boundedBlueprint(),
        workload: versionedWorkload(),
      },
    );
    expect(said(decide(input).verdict, 'G17')).toEqual(expect.arrayContaining(['forbid NoData']));
    // It is not that there is no container to change: G18 has nothing to say of it.
    expect(said(decide(input).verdict, 'G18')).toEqual([]);
  });
});
