import { Counters } from '../../../schema/counters.ts';
import { KINDS } from '../../../schema/kube.ts';
import { expectThat, MINUTE, phasesOf, type Scenario } from './scenario.ts';
import { NAMESPACE } from './shop.ts';
import type { Stage } from './stage.ts';

const QUOTA = 'pods';
/** Share of CPU on the two pods there are, chosen so that each asks for exactly one replica more: 3, 4, 5. */
const CLIMB = [0.95, 1.25, 1.6];
const FAILURES = CLIMB.length;

export const breaker: Scenario = {
  number: 7,
  name: 'breaker',
  about:
    'cart gets busier and busier, but somebody froze the number of pods with a quota. Three failed changes in a row open its breaker.',
  play: async (stage) => {
    const { apiVersion, kind } = KINDS.ResourceQuota;
    const spec = { hard: { pods: String(stage.pods()) } };
    const quota = { apiVersion, kind, metadata: { name: QUOTA, namespace: NAMESPACE }, spec };
    await stage.apply('cart', `somebody sets a quota of ${stage.pods()} pods on the namespace: as many as run`, quota);
    for (const cpu of CLIMB) {
      const failed = failures(stage);
      await stage.traffic('cart', `more customers: CPU goes to ${Math.round(cpu * 100)}%`, { cpu, at: 2 });
      await stage.until(() => failures(stage) > failed, 4 * MINUTE);
    }
    const opened = state(stage);
    await stage.remove('cart', 'the quota is lifted, and the pods that were missing start', KINDS.ResourceQuota, QUOTA);
    await stage.traffic('cart', 'customers stay: CPU goes to 82% on 5 replicas', { cpu: 0.82, at: 5 });
    await stage.until(() => blocked(stage), 2 * MINUTE);
    const waited = stage.writes().length === FAILURES;
    await stage.until(() => state(stage) === 'closed', 8 * MINUTE);
    await stage.untilDecided(2 * MINUTE);
    const decisions = stage.decisions();
    const ended = decisions.filter(({ status }) => status?.phase === 'Succeeded');
    return [
      ...expectThat(failures(stage) === FAILURES, `decisions: ${phasesOf(decisions)}, wanted ${FAILURES} that failed`),
      ...expectThat(opened === 'open', 'three failures did not open the breaker'),
      ...expectThat(blocked(stage) && waited, 'the open breaker did not block'),
      ...expectThat(ended.length === 1, `decisions: ${phasesOf(decisions)}, wanted one trial that succeeded`),
      ...expectThat(state(stage) === 'closed', 'the breaker did not close after its trial'),
      ...expectThat(stage.replicas('cart') === 6, `cart has ${stage.replicas('cart')} replicas, not 6`),
      ...expectThat(
        stage.writes().join() ===
          Array(FAILURES + 1)
            .fill('cart')
            .join(),
        `writes: ${stage.writes().join()}, wanted ${FAILURES + 1} to cart`,
      ),
    ];
  },
};

const failures = (stage: Stage): number =>
  stage.decisions('cart').filter(({ status }) => status?.phase === 'Failed').length;

const state = (stage: Stage): string | undefined =>
  Counters.safeParse(stage.breaker('cart')?.status).data?.breaker.state;

/** A wish that the open breaker made wait. */
const blocked = (stage: Stage): boolean =>
  stage.decisions('cart').some(({ status }) => status?.history.some(({ reason }) => reason === 'BreakerOpen') === true);
