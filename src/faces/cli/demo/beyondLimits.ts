import { expectThat, MINUTE, phasesOf, type Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const MAX = 5;
const NEEDED = 6;

export const beyondLimits: Scenario = {
  number: 2,
  name: 'beyond limits',
  about:
    'search needs 6 replicas, and its blueprint allows 5. People are asked; an approver (played by code here) reads the card and raises the limit.',
  play: async (stage) => {
    await stage.traffic('search', `a campaign begins: ${NEEDED} replicas are needed, ${MAX} are allowed`, {
      cpu: 0.84,
      at: MAX,
    });
    await stage.until(() => open(stage) !== undefined && stage.replicas('search') === MAX, 6 * MINUTE);
    const before = stage.replicas('search');
    const name = open(stage) ?? '';
    const refused = await stage.answers('search', name, {
      by: 'omar',
      groups: ['devops-team'],
      said: { vote: 'approve', choice: 'update_blueprint', comment: 'the campaign runs until Friday' },
    });
    await stage.until(() => stage.replicas('search') === NEEDED, 4 * MINUTE);
    await stage.untilDecided(4 * MINUTE);
    const blueprint = stage.blueprint('search');
    const phases = stage.requests('search').map(({ status }) => (status as { phase?: string } | undefined)?.phase);
    return [
      ...expectThat(before === MAX, `search had ${before} replicas when people were asked, not ${MAX}`),
      ...expectThat(refused === undefined, `the gateway did not take the vote: ${refused}`),
      ...expectThat(
        stage.replicas('search') === NEEDED,
        `search has ${stage.replicas('search')} replicas, not ${NEEDED}; decisions: ${phasesOf(stage.decisions())}`,
      ),
      ...expectThat(
        blueprint?.scaling.max_replicas === NEEDED && blueprint.version === '1.1.0',
        `its blueprint is ${blueprint?.version} with max_replicas ${blueprint?.scaling.max_replicas}`,
      ),
      ...expectThat(phases.join() === 'Consumed', `its requests: ${phases.join()}, wanted one that was used`),
      ...expectThat(
        stage.writes().every((service) => service === 'search'),
        `writes: ${stage.writes().join()}, wanted search alone`,
      ),
    ];
  },
};

/** Name of the request that waits for people. */
const open = (stage: Stage): string | undefined =>
  stage.requests('search').find(({ status }) => status === undefined)?.metadata.name;
