import { describe, expect, it } from 'vitest';
import type { ClusterResult } from '../../ports/cluster.ts';
import type { EventReason } from '../../schema/eventReasons.ts';
import type { Kind, KubeObject } from '../../schema/kube.ts';
import { DECISION_SPEC } from '../../testing/contractObjects.ts';
import { ManualClock } from '../../testing/manualClock.ts';
import { MemoryJournal } from '../../testing/memoryJournal.ts';
import type { ExecutorDeps } from '../deps.ts';
import { alert } from './alert.ts';
import { tell } from './events.ts';
import { type HeldDecision, readDecision } from './heldDecision.ts';

type Answer = 'made' | 'conflict' | 'down' | 'lost' | 'denied';

/** What the executor is handed, as far as telling goes: an API server that answers in this order. */
function telling(...answers: readonly Answer[]) {
  const left = [...answers];
  const events: KubeObject[] = [];
  const said: string[] = [];
  const raised: object[] = [];
  const clock = new ManualClock();
  const journal = new MemoryJournal(clock);
  const say = (level: string) => (fields: object, message: string) =>
    void said.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const create = (_kind: Kind, object: KubeObject): Promise<ClusterResult<KubeObject>> => {
    events.push(object);
    const answer = left.shift() ?? 'made';
    if (answer === 'made') return Promise.resolve({ ok: true, value: object });
    const code = ({ conflict: 'conflict', down: 'unavailable', lost: 'unavailable', denied: 'denied' } as const)[
      answer
    ];
    return Promise.resolve({ ok: false, error: { code, message: `it is ${answer}`, uncertain: answer === 'lost' } });
  };
  const deps = {
    records: { create },
    journal,
    clock,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    alerts: [{ raise: (one: object) => void raised.push(one) }],
  } as Pick<ExecutorDeps, 'journal' | 'clock' | 'log' | 'alerts'> as ExecutorDeps;
  return { deps, events, said, raised, journal, clock };
}

function held(uid?: string, target: { uid?: string } = {}): HeldDecision {
  const metadata = { name: 'web-a', namespace: 'shop', ...(uid !== undefined && { uid }) };
  const spec = { ...DECISION_SPEC, target: { ...DECISION_SPEC.target, ...target } };
  const read = readDecision({ apiVersion: 'fairlead.dev/v1alpha1', kind: 'Decision', metadata, spec }, undefined);
  if (!read.ok) throw new TypeError(read.error);
  return read.value;
}
const WORDS = { reason: 'ScaledByFairlead', key: 'web-a.1', note: 'scaled 2 to 3' } as const;

describe('an Event', () => {
  it.each<{ answers: Answer[]; told: string; calls: number; said: number }>([
    { answers: ['made'], told: 'created', calls: 1, said: 0 },
    { answers: ['conflict'], told: 'known', calls: 1, said: 0 },
    { answers: ['denied'], told: 'failed', calls: 1, said: 1 },
    { answers: ['down', 'made'], told: 'created', calls: 2, said: 0 },
    { answers: ['down', 'conflict'], told: 'known', calls: 2, said: 0 },
    { answers: ['lost', 'conflict'], told: 'created', calls: 2, said: 0 },
    { answers: ['lost', 'made'], told: 'created', calls: 2, said: 0 },
    { answers: ['lost', 'down'], told: 'failed', calls: 2, said: 1 },
    { answers: ['down', 'down', 'made'], told: 'failed', calls: 2, said: 1 },
  ])('is $told after $answers', async ({ answers, told, calls, said }) => {
    const stage = telling(...answers);
    expect(await tell(stage.deps, held(), WORDS)).toBe(told);
    expect(stage.events).toHaveLength(calls);
    expect(new Set(stage.events.map(({ metadata }) => metadata.name)).size).toBe(1);
    expect(stage.said).toEqual(
      said === 0
        ? []
        : [
            `warn event not written ${JSON.stringify({ decision: 'shop/web-a', reason: 'ScaledByFairlead', error: `it is ${answers.at(calls - 1)}` })}`,
          ],
    );
  });

  it('stands on the Deployment, names the Decision behind it, and says who acted', async () => {
    const { deps, events } = telling();
    await tell(deps, held('uid-decision', { uid: 'uid-web' }), WORDS);
    expect(events[0]).toMatchObject({
      metadata: { namespace: 'shop' },
      type: 'Normal',
      reason: 'ScaledByFairlead',
      action: 'scale',
      note: 'scaled 2 to 3',
      regarding: { kind: 'Deployment', name: 'web', namespace: 'shop', uid: 'uid-web' },
      related: { kind: 'Decision', name: 'web-a', namespace: 'shop', uid: 'uid-decision' },
      reportingController: 'fairlead.dev/executor',
    });
  });

  it('goes by the uid it is told, and by none where nobody knows one', async () => {
    const { deps, events } = telling();
    await tell(deps, held(undefined, { uid: 'uid-web' }), { ...WORDS, uid: 'uid-seen' });
    await tell(deps, held(), WORDS);
    expect(events.map((event) => event['regarding'])).toMatchObject([{ uid: 'uid-seen' }, { name: 'web' }]);
    expect(events.map((event) => Object.keys(event['regarding'] as object).includes('uid'))).toEqual([true, false]);
    expect(events.map((event) => Object.keys(event['related'] as object).includes('uid'))).toEqual([false, false]);
  });

  it.each<{ reason: EventReason; type: string }>([
    { reason: 'ScaledByFairlead', type: 'Normal' },
    { reason: 'RestartedByFairlead', type: 'Normal' },
    { reason: 'ResourcesSetByFairlead', type: 'Normal' },
    { reason: 'RolledBackByFairlead', type: 'Normal' },
    { reason: 'ApprovalNeeded', type: 'Normal' },
    { reason: 'RefusedByFairlead', type: 'Warning' },
    { reason: 'UndoneByFairlead', type: 'Warning' },
    { reason: 'FairleadAlert', type: 'Warning' },
  ])('$reason is of the type $type', async ({ reason, type }) => {
    const { deps, events } = telling();
    await tell(deps, held(), { ...WORDS, reason });
    expect(events[0]?.['type']).toBe(type);
  });
});

describe('an alert', () => {
  it('goes to Event, sinks, journal and log, each with all that a person needs', async () => {
    const { deps, events, raised, journal, said, clock } = telling();
    await alert(deps, held(), { code: 'UndoFailed', message: 'it did not take effect' });
    expect(events[0]?.['note']).toBe('UndoFailed: it did not take effect (Decision web-a)');
    const what = { code: 'UndoFailed', message: 'it did not take effect', namespace: 'shop', service: 'web' };
    expect(raised).toEqual([{ ...what, key: 'shop/web-a.UndoFailed', at: clock.now(), decision: 'web-a' }]);
    expect(journal.of('alert')).toMatchObject([{ subject: 'web-a', data: what }]);
    expect(said).toEqual([
      `error a person is called ${JSON.stringify({ decision: 'shop/web-a', code: 'UndoFailed', alert: 'it did not take effect' })}`,
    ]);
  });

  it('that was told before is not told again', async () => {
    const { deps, raised, journal, said } = telling('conflict');
    await alert(deps, held(), { code: 'UndoFailed', message: 'x' });
    expect([raised, journal.of('alert'), said]).toEqual([[], [], []]);
  });

  it('that no Event can carry is told all the same', async () => {
    const { deps, raised, journal } = telling('denied');
    await alert(deps, held(), { code: 'UndoFailed', message: 'x', key: 'row.1' });
    expect(raised).toMatchObject([{ key: 'shop/row.1' }]);
    expect(journal.of('alert')).toHaveLength(1);
  });
});
