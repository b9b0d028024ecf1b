import { KINDS } from '../../../schema/kube.ts';
import { expectThat, isEnded, MINUTE, phasesOf, type Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const RULES = 'default';
/** Share of CPU that asks for one replica more, at 2 to 5 replicas and a target of 70%. */
const CPU = 0.85;

export const conflict: Scenario = {
  number: 6,
  name: 'conflict',
  about:
    'frontend and backend get busy at once, and the organisation has room for one replica more. frontend has the higher priority.',
  play: async (stage) => {
    const [front, back] = [stage.replicas('frontend'), stage.replicas('backend')];
    const { apiVersion, kind } = KINDS.ClusterBlueprint;
    const room = stage.allReplicas() + 1;
    const spec = { capacity: { replicas: room } };
    const rules = { apiVersion, kind, metadata: { name: RULES }, spec };
    await stage.apply('shop', `the global rules allow ${room} replicas in all, one more than run`, rules);
    await stage.traffic('backend', `a sale begins: CPU goes to 85% on ${back} replicas`, { cpu: CPU, at: back });
    await stage.traffic('frontend', `a sale begins: CPU goes to 85% on ${front} replicas`, { cpu: CPU, at: front });
    await stage.until(() => stage.decisions('frontend').some(isEnded) && lost(stage) !== undefined, 6 * MINUTE);
    const winner = lost(stage);
    const writes = stage.writes().join();
    const sizes = [stage.replicas('frontend') - front, stage.replicas('backend') - back].join();
    await stage.remove('shop', 'the limit is lifted: there is room for everybody', KINDS.ClusterBlueprint, RULES);
    await stage.until(() => stage.decisions('backend').some(({ status }) => status?.phase === 'Succeeded'), 6 * MINUTE);
    const grown = stage.replicas('backend') - back;
    return [
      ...expectThat(sizes === '1,0', `frontend and backend grew by ${sizes}, wanted 1,0`),
      ...expectThat(writes === 'frontend', `writes: ${writes}, wanted one to frontend`),
      ...expectThat(winner === 'shop/frontend', `backend was told that it waits for ${winner}, wanted shop/frontend`),
      ...expectThat(grown === 1, `backend grew by ${grown} once there was room, wanted 1`),
      ...expectThat(
        stage.writes().join() === 'frontend,backend',
        `writes: ${stage.writes().join()}, wanted one to each; decisions: ${phasesOf(stage.decisions())}`,
      ),
    ];
  },
};

/** The service that backend was told it has to wait for. */
const lost = (stage: Stage): string | undefined =>
  stage
    .decisions('backend')
    .flatMap(({ spec, status }) => [...spec.verdict.findings, ...(status?.verdict?.findings ?? [])])
    .find(({ code }) => code === 'CapacityLost')?.values['winner'];
