import { expectThat, MINUTE, phasesOf, type Scenario } from './scenario.ts';

export const multiService: Scenario = {
  number: 5,
  name: 'multi-service',
  about: 'frontend runs at 85% CPU, backend at 45%: one scales, the other is left alone.',
  play: async (stage) => {
    const before = stage.replicas('frontend');
    // The formula for a target of 70%: 2 replicas become 3, and 3 become 4.
    const wanted = Math.ceil((before * 85) / 70);
    const others = ['backend', 'cart', 'checkout'].map((name) => ({ name, replicas: stage.replicas(name) }));
    await stage.traffic('backend', 'a calm evening: CPU goes to 45%', { cpu: 0.45 });
    await stage.traffic('frontend', `the evening rush: CPU goes to 85% on ${before} replicas`, {
      cpu: 0.85,
      at: before,
    });
    await stage.untilDecided(6 * MINUTE);
    const decisions = stage.decisions();
    const replicas = stage.replicas('frontend');
    return [
      ...expectThat(replicas === wanted, `frontend has ${replicas} replicas, not ${wanted}`),
      ...others.flatMap(({ name, replicas: then }) =>
        expectThat(stage.replicas(name) === then, `${name} has ${stage.replicas(name)} replicas, not ${then}`),
      ),
      ...expectThat(
        phasesOf(decisions) === 'frontend scale Succeeded',
        `decisions: ${phasesOf(decisions)}, wanted one for frontend`,
      ),
      ...expectThat(stage.writes().join() === 'frontend', `writes: ${stage.writes().join()}, wanted one to frontend`),
    ];
  },
};
