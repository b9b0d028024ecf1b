import { describe, expect, it } from 'vitest';
import { changeRecord, executorParts, type GivenCluster, heldDecision } from '../../test/stages/executorParts.ts';
import { NOON } from '../testing/gateInput.ts';
import { settleIntent } from './counters/recover.ts';
import { Executor } from './executor.ts';
import { clockDoubt, heldByClock } from './serverTime.ts';

/** Parts whose API server says that time; undefined: it has said none yet. */
function parts(server: number | undefined, given: GivenCluster = {}) {
  const all = executorParts(given);
  return { ...all, deps: { ...all.deps, reader: { ...all.deps.reader, serverNow: () => server } } };
}

describe('the time here', () => {
  it.each([
    ['30 s ahead', NOON - 30_000, undefined],
    ['30.001 s ahead', NOON - 30_001, true],
    ['30 s behind', NOON + 30_000, undefined],
    ['30.001 s behind', NOON + 30_001, true],
    ['not compared yet', undefined, false],
  ])('that is %s is in doubt: %s', (_, server, differs) => {
    expect(clockDoubt(parts(server).deps)?.differs).toBe(differs);
  });

  it('is taken as it is where nobody could know better', () => {
    expect(clockDoubt(executorParts().deps)).toBeUndefined();
  });

  it('holds a Decision for five seconds and calls a person, by both times', async () => {
    const { deps, did } = parts(NOON - 3_600_000);
    expect(await heldByClock(deps, heldDecision())).toBe(NOON + 5_000);
    expect(did.find((line) => line.startsWith('error'))).toContain(
      "the clock here says 2026-01-05T12:00:00.000Z and the API server's says 2026-01-05T11:00:00.000Z",
    );
  });

  it.each<[string, GivenCluster['errors'], number]>([
    ['asks for its Event once', {}, 1],
    ['asks again where that failed', { 'create Event': ['denied'] }, 2],
  ])('that differs at many looks %s', async (_, errors, calls) => {
    const { deps, did } = parts(NOON - 3_600_000, { ...(errors && { errors }), given: { clockTold: new Set() } });
    for (let look = 0; look < 4; look++) expect(await heldByClock(deps, heldDecision())).toBe(NOON + 5_000);
    expect(did.filter((line) => line.startsWith('create Event'))).toHaveLength(calls);
    await heldByClock(deps, heldDecision({ name: 'web-other' }));
    expect(did.filter((line) => line.startsWith('create Event'))).toHaveLength(calls + 1);
  });

  it('is told of anew once it agreed in between', async () => {
    let off = -3_600_000;
    const all = executorParts({ decisions: [] });
    const deps = {
      ...all.deps,
      clockTold: new Set<string>(),
      reader: { ...all.deps.reader, serverNow: () => NOON + off },
    };
    const executor = new Executor(deps);
    const looks = async (): Promise<number> => {
      await executor.pass();
      await heldByClock(deps, heldDecision());
      return all.did.filter((line) => line.startsWith('create Event')).length;
    };
    expect([await looks(), await looks()]).toEqual([1, 1]);
    off = 0;
    expect(await looks()).toBe(1);
    off = 3_600_000;
    expect([await looks(), await looks()]).toEqual([2, 2]);
  });

  it('that nobody compared yet calls nobody', async () => {
    const { deps, did } = parts(undefined);
    expect(await heldByClock(deps, heldDecision())).toBe(NOON + 5_000);
    expect(did.filter((line) => line.startsWith('create') || line.startsWith('error'))).toEqual([]);
  });

  it.each([
    ['once they agree', NOON, 'Deferred'],
    ['not before', NOON - 60_000, undefined],
    ['not before they were compared', undefined, undefined],
  ])('says that a write of long ago did not happen: %s', async (_, server, phase) => {
    const { deps, written } = parts(server);
    const { appliedAt: _never, ...intent } = changeRecord();
    await settleIntent(deps, heldDecision({ status: { phase: 'Executing', changes: [intent] } }));
    const status = written.find(({ kind }) => kind === 'Decision')?.status as { phase?: string } | undefined;
    expect(status?.phase).toBe(phase);
  });
});
