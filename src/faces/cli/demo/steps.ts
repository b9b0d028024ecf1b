import { expectThat, MINUTE, phasesOf, type Scenario } from './scenario.ts';

/** CPU of so many whole pods' requests: at 70% each, seven pods' work. */
const RUSH = 4.6;
const PEAK = 7;

export const steps: Scenario = {
  number: 9,
  name: 'steps',
  about:
    'a rush at backend is over: 15% CPU on 7 replicas. Two would do, but an agent gives back a quarter at a time, each step verified.',
  play: async (stage) => {
    const before = stage.replicas('backend');
    await stage.traffic('backend', `a rush: ${PEAK} replicas are needed`, { cpu: RUSH / before, at: before });
    await stage.until(() => stage.replicas('backend') === PEAK, 6 * MINUTE);
    await stage.untilDecided(4 * MINUTE);
    await stage.traffic('backend', `the rush is over: CPU goes to 15%. Down only after 7m30s watched`, {
      cpu: 0.15,
      at: PEAK,
    });
    await stage.until(() => stage.decisions().length > 1, 16 * MINUTE);
    await stage.untilDecided(12 * MINUTE);
    const decisions = stage.decisions();
    const down = decisions.find(
      ({ spec, status }) => (spec.arguments.replicas ?? 0) < Number(status?.changes[0]?.before),
    );
    const changes = down?.status?.changes ?? [];
    const paced = stage.records('said').filter(({ data }) => data['role'] === 'execution-engine');
    const isGentle = changes.every(
      ({ before: from, after: to }) => Number(from) - Number(to) <= Math.ceil(Number(from) / 4),
    );
    return [
      ...expectThat(down?.status?.phase === 'Succeeded', `decisions: ${phasesOf(decisions)}, wanted a way down`),
      ...expectThat(changes.length > 2 && isGentle, `steps: ${changes.map(({ after }) => after).join()}`),
      ...expectThat(stage.replicas('backend') === 2, `backend has ${stage.replicas('backend')} replicas, not 2`),
      ...expectThat(paced.length > 0, 'the Execution Engine was not asked about a step'),
    ];
  },
};
