import { expectThat, MINUTE, phasesOf, type Scenario } from './scenario.ts';

/** From the change of load to the verified end, with a stabilisation of 60 s. */
const WITHIN_MS = 2 * MINUTE;

export const scaling: Scenario = {
  number: 1,
  name: 'autonomous scaling',
  about: 'frontend gets busy: 85% CPU on 2 replicas. Its blueprint wants 70% and allows 2 to 5.',
  play: async (stage) => {
    const started = stage.now();
    await stage.traffic('frontend', 'customers arrive: CPU goes to 85%', { cpu: 0.85, at: 2 });
    await stage.untilDecided(6 * MINUTE);
    const decisions = stage.decisions();
    const [decision] = decisions;
    const end = Date.parse(decision?.status?.finishedAt ?? '');
    const replicas = stage.replicas('frontend');
    return [
      ...expectThat(replicas === 3, `frontend has ${replicas} replicas, not 3`),
      ...expectThat(
        phasesOf(decisions) === 'frontend scale Succeeded',
        `decisions: ${phasesOf(decisions)}, wanted one`,
      ),
      ...expectThat(decision?.status?.verification?.outcome === 'pass', 'the change was not verified'),
      ...expectThat(stage.writes().length === 1, `${stage.writes().length} writes to workloads, wanted 1`),
      ...expectThat(
        end - started <= WITHIN_MS,
        `it took ${(end - started) / 1000} s, wanted ${WITHIN_MS / 1000} at most`,
      ),
    ];
  },
};
