import { expectThat, MINUTE, phasesOf, type Scenario } from './scenario.ts';

/** From the write that turned out to be wrong to the one that takes it back. */
const WITHIN_MS = MINUTE;

export const rollback: Scenario = {
  number: 4,
  name: 'rollback',
  about:
    'checkout looks idle on 3 replicas: 30% CPU. But each of its pods can only work on 100 requests a second, which no CPU shows.',
  play: async (stage) => {
    await stage.traffic('checkout', 'traffic falls: CPU goes to 30%. Down only after 7m30s watched', {
      cpu: 0.3,
      at: 3,
      room: { rpsPerPod: 100, queueMs: 280 },
    });
    await stage.untilDecided(16 * MINUTE);
    // Asked for again at once, with nothing changed: the undo is a lesson that the gate remembers.
    await stage.until(() => stage.decisions().length > 1, MINUTE);
    await stage.traffic('checkout', 'customers come back: CPU goes to 50%', { cpu: 0.5, at: 3, room: undefined });
    await stage.untilDecided(4 * MINUTE);
    const [decision, ...again] = stage.decisions();
    const [change, undo] = decision?.status?.changes ?? [];
    const written = change?.appliedAt ?? 0;
    const took = (undo?.appliedAt ?? Number.POSITIVE_INFINITY) - written;
    const latency = stage.latency('checkout');
    const judged = String(stage.records('verified')[0]?.data['message'] ?? 'not judged');
    return [
      ...expectThat(
        decision?.status?.phase === 'RolledBack',
        `decisions: ${phasesOf(stage.decisions())}, wanted the first to be rolled back`,
      ),
      ...expectThat(
        again.every(({ status }) => status?.changes.length === 0),
        `decisions: ${phasesOf(stage.decisions())}, wanted no write after the undo`,
      ),
      ...expectThat(change?.before === '3' && change.after === '2', 'no scale-down from 3 to 2'),
      ...expectThat(judged.includes('280 ms, wanted < 200 ms'), `p95 was judged so: ${judged}`),
      ...expectThat(undo?.undo === true && undo.after === '3', 'it was not put back to 3'),
      ...expectThat(took <= WITHIN_MS, `the undo took ${took / 1000} s, wanted ${WITHIN_MS / 1000} s at most`),
      ...expectThat(
        stage.events('checkout').some((note) => note.startsWith('verification-engine')),
        'nobody named the cause',
      ),
      ...expectThat(stage.replicas('checkout') === 3, `checkout has ${stage.replicas('checkout')} replicas, not 3`),
      ...expectThat(latency === 125, `p95 is ${latency} ms at the end, not 125`),
      ...expectThat(stage.writes().join() === 'checkout,checkout', `writes: ${stage.writes().join()}, wanted two`),
    ];
  },
};
