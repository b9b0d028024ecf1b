import { expectThat, MINUTE, phasesOf, type Scenario } from './scenario.ts';

/** From the moment the smaller number served to the undo's write. */
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
    await stage.until(() => false, MINUTE / 2);
    const decisions = stage.decisions();
    const [decision] = decisions;
    const [change, undo] = decision?.status?.changes ?? [];
    const verification = decision?.status?.verification;
    const took = (undo?.appliedAt ?? Number.POSITIVE_INFINITY) - (verification?.convergedAt ?? 0);
    const latency = stage.latency('checkout');
    const judged = verification?.checks.find(({ name }) => name === 'latency_p95')?.message ?? 'not judged';
    return [
      ...expectThat(
        phasesOf(decisions) === 'checkout scale RolledBack',
        `decisions: ${phasesOf(decisions)}, wanted one that was rolled back`,
      ),
      ...expectThat(change?.before === '3' && change.after === '2', 'no scale-down from 3 to 2'),
      ...expectThat(judged.includes('280 ms, wanted < 200 ms'), `p95 was judged so: ${judged}`),
      ...expectThat(undo?.undo === true && undo.after === '3', 'it was not put back to 3'),
      ...expectThat(took <= WITHIN_MS, `the undo took ${took / 1000} s, wanted ${WITHIN_MS / 1000} at most`),
      ...expectThat(stage.replicas('checkout') === 3, `checkout has ${stage.replicas('checkout')} replicas, not 3`),
      ...expectThat(latency === 125, `p95 is ${latency} ms at the end, not 125`),
      ...expectThat(stage.writes().join() === 'checkout,checkout', `writes: ${stage.writes().join()}, wanted two`),
    ];
  },
};
