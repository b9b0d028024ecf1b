import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, SCALING, type Stage, type StageOptions } from '../../test/stages/executorStage.ts';
import { KINDS } from '../schema/kube.ts';
import type { DecisionSpec, DecisionStatus } from '../schema/records.ts';
import { PEOPLE } from '../testing/people.ts';
import { Executor } from './executor.ts';

const A = 'web-aaaaaaaaaa';
const ANN = { kind: 'person' as const, name: 'ann' };
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** Everything the executor says on the way, in order: statuses, log lines at their level, alerts, the kinds of its journal. */
async function listening(options: StageOptions = {}) {
  const stage = await openStage(options);
  stages.push(stage);
  const said: string[] = [];
  const { journal, records } = stage.deps;
  const logs = (level: string) => (fields: object, message: string) =>
    void said.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const executor = new Executor({
    ...stage.deps,
    trust: PEOPLE.trust,
    log: { info: logs('info'), warn: logs('warn'), error: logs('error') },
    alerts: [{ raise: ({ key, code, message }) => void said.push(`alert ${key} ${code}: ${message}`) }],
    journal: {
      head: () => journal.head(),
      close: () => journal.close(),
      append: (entry) => {
        said.push(`journal ${entry.kind} ${entry.subject}`.trim());
        return journal.append(entry);
      },
    },
    records: {
      create: (...given) => records.create(...given),
      replace: (...given) => records.replace(...given),
      delete: (...given) => records.delete(...given),
      replaceStatus: (kind, object) => {
        const { phase, reason, message } = object.status as DecisionStatus;
        if (kind.kind === 'Decision') said.push(`status ${phase} ${reason}: ${message}`);
        return records.replaceStatus(kind, object);
      },
    },
  });
  return { stage, executor, said };
}
const moved = (phase: string, reason: string): string =>
  `info decision moved ${JSON.stringify({ decision: `shop/${A}`, phase, reason })}`;

const SLOW = 'latency_p95: 280 ms, wanted < 200 ms (before: 50 ms)';
const [LESS, MORE] = ['cpu 100m/-, memory 64Mi/-', 'cpu 100m/-, memory 96Mi/-'];
const [OLD, NEW] = ['revision 1 (2qpkg5mf25)', 'revision 2 (j4vjftfzxb)'];

const REPAIRS = {
  scaling: SCALING,
  resources: {
    cpu: { min: '50m', max: '1', target: '100m' },
    memory: { min: '64Mi', max: '1Gi', target: '128Mi' },
  },
  governance: {
    agent_authority: {
      allowed_operations: ['restart_pods', 'rollback', 'adjust_resources_within_bounds', 'scale_within_limits'],
    },
  },
};

describe('what is said of a course', () => {
  it('of a scale-up that succeeds', async () => {
    const { stage, executor, said } = await listening();
    await stage.wish(A, { arguments: { replicas: 3 } });
    await stage.run(120_000, executor);
    expect(said).toEqual([
      `journal call ${A}`,
      `journal phase ${A}`,
      'status Executing Intended: about to scale 2 to 3',
      moved('Executing', 'Intended'),
      `journal intent ${A}`,
      `journal applied ${A}`,
      `journal phase ${A}`,
      'status Verifying Written: scale 2 to 3: written, waiting for it to take effect',
      moved('Verifying', 'Written'),
      'journal blueprint',
      'status Verifying Stabilising: took effect; judged after 60 s',
      moved('Verifying', 'Stabilising'),
      `journal verified ${A}`,
      `journal phase ${A}`,
      'status Succeeded Verified: latency_p95: 50 ms, wanted < 200 ms (before: 50 ms); error_rate: 0%, wanted < 1% (before: 0%)',
      moved('Succeeded', 'Verified'),
    ]);
  });

  it('of the first of two steps', async () => {
    const load = { rps: 100, cpu_m_per_rps: 8, latency_ms_base: 50 };
    const { stage, executor, said } = await listening({ load, spec: { scaling: { ...SCALING, max_replicas: 12 } } });
    await stage.wish(A, { arguments: { replicas: 12 } });
    await stage.run(120_000, executor);
    expect(said).toContain('status Pending NextStep: step 2 to 6 passed; next on the way to 12');
    expect(stage.journal.of('verified')[0]).toMatchObject({
      subject: A,
      data: { changeId: `${A}.1`, outcome: 'pass', checks: [{ name: 'latency_p95' }, { name: 'error_rate' }] },
    });
  });

  it('of a scale-down that is undone', async () => {
    const { stage, executor, said } = await listening({ replicas: 3, load: CALM });
    await stage.wish(A, { arguments: { replicas: 2 }, requester: ANN });
    await executor.pass();
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(120_000, executor);
    expect(said).toEqual([
      `journal call ${A}`,
      `journal phase ${A}`,
      'status Executing Intended: about to scale 3 to 2',
      moved('Executing', 'Intended'),
      `journal intent ${A}`,
      `journal applied ${A}`,
      `journal phase ${A}`,
      'status Verifying Written: scale 3 to 2: written, waiting for it to take effect',
      moved('Verifying', 'Written'),
      'journal blueprint',
      'status Verifying Stabilising: took effect; judged after 60 s',
      moved('Verifying', 'Stabilising'),
      `journal verified ${A}`,
      'status Verifying MissedEarly: latency_p95: 280 ms, wanted < 200 ms on two samples in a row',
      moved('Verifying', 'MissedEarly'),
      `journal call ${A}`,
      'status Verifying UndoIntended: about to undo: scale 2 to 3',
      moved('Verifying', 'UndoIntended'),
      `journal intent ${A}`,
      `journal applied ${A}`,
      'status Verifying Undoing: scale 2 to 3: written, waiting for it to take effect',
      moved('Verifying', 'Undoing'),
      `journal phase ${A}`,
      `status RolledBack Undone: back to 3 after change ${A}.1 failed`,
      moved('RolledBack', 'Undone'),
    ]);
  });

  it.each<{ what: string; wish: Partial<DecisionSpec>; words: string[] }>([
    {
      what: 'resources',
      wish: {
        tool: 'adjust_resources',
        operation: 'adjust_resources_within_bounds',
        arguments: { memory_request: '96Mi' },
      },
      words: [
        `status Executing Intended: about to set resources of app from ${LESS} to ${MORE}`,
        `status Verifying Written: set resources of app from ${LESS} to ${MORE}: written, waiting for it to take effect`,
        'status Verifying Stabilising: took effect; judged after 60 s',
        `status Verifying CheckFailed: ${SLOW}`,
        `status Verifying UndoIntended: about to undo: set resources of app from ${MORE} to ${LESS}`,
        `status Verifying Undoing: set resources of app from ${MORE} to ${LESS}: written, waiting for it to take effect`,
        `status RolledBack Undone: back to ${LESS} after change ${A}.1 failed`,
        `ResourcesSetByFairlead resources set from ${LESS} to ${MORE}, asked by ann; their words: "use is high"; Decision ${A}, blueprint web 1.0.0`,
        `UndoneByFairlead undone, resources set from ${MORE} to ${LESS}: ${SLOW}; Decision ${A}`,
      ],
    },
    {
      what: 'a rollback',
      wish: { tool: 'rollback', operation: 'rollback', arguments: {} },
      words: [
        `status Executing Intended: about to roll back from ${NEW} to ${OLD}`,
        `status Verifying Written: roll back from ${NEW} to ${OLD}: written, waiting for it to take effect`,
        'status Verifying Stabilising: took effect; judged after 60 s',
        `status Verifying CheckFailed: ${SLOW}`,
        `status Verifying UndoIntended: about to undo: go back from ${OLD} to ${NEW}`,
        `status Verifying Undoing: go back from ${OLD} to ${NEW}: written, waiting for it to take effect`,
        `status RolledBack Undone: back to ${NEW} after change ${A}.1 failed`,
        `RolledBackByFairlead rolled back from ${NEW} to ${OLD}, asked by ann; their words: "use is high"; Decision ${A}, blueprint web 1.0.0`,
        `UndoneByFairlead undone, went back from ${OLD} to ${NEW}: ${SLOW}; Decision ${A}`,
      ],
    },
    {
      what: 'a restart',
      wish: { tool: 'restart_pods', operation: 'restart_pods', arguments: {} },
      words: [
        `status Executing Intended: about to restart pods`,
        `status Verifying Written: restart pods: written, waiting for it to take effect`,
        'status Verifying Stabilising: took effect; judged after 60 s',
        `status Verifying CheckFailed: ${SLOW}`,
        `status Verifying UndoIntended: about to undo: take the restart back`,
        `status Verifying Undoing: take the restart back: written, waiting for it to take effect`,
        `status RolledBack Undone: restart taken back after change ${A}.1 failed`,
        `RestartedByFairlead restarted pods, asked by ann; their words: "use is high"; Decision ${A}, blueprint web 1.0.0`,
        `UndoneByFairlead undone, the restart was taken back: ${SLOW}; Decision ${A}`,
      ],
    },
  ])('of $what that is taken back', async ({ wish, words }) => {
    const { stage, executor, said } = await listening({ replicas: 3, load: CALM, spec: REPAIRS });
    const object = stage.world.get(KINDS.Deployment, 'shop', 'web');
    const spec = structuredClone(object?.spec) as { template: { spec: { containers: { image: string }[] } } };
    for (const container of spec.template.spec.containers) container.image = 'registry.example/app:2';
    if (object !== undefined) stage.world.apply({ ...object, spec });
    await stage.run(1_080_000, executor);
    await stage.wish(A, { ...wish, requester: ANN });
    await executor.pass();
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(600_000, executor);
    const heard = said.filter((line) => line.startsWith('status') || line.startsWith('alert'));
    expect([...heard, ...stage.told().map(({ reason, note }) => `${reason} ${note}`)]).toEqual(words);
  });
});
