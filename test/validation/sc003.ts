import type { Criterion, WorldCase } from './criterion.ts';
import { Expecting } from './expecting.ts';
import { timeText } from './outcome.ts';
import { SCALED } from './realCases.ts';
import { scenarioCase } from './scenarioCase.ts';
import { loadOf, MINUTE, SEED, withProduct } from './world.ts';

const WITHIN_MS = 2 * MINUTE;

const FIRST_SCENARIO: WorldCase = {
  checks:
    'CPU 85 % at 2 replicas, target 70 %: 3 replicas, verified over 60 s, within two minutes of the rise (scenario 1)',
  seed: SEED,
  play: () =>
    withProduct([{ name: 'web', replicas: 2, load: loadOf(120) }], async ({ run, startedAt, play, writes }) => {
      const expecting = new Expecting();
      await play(2 * MINUTE);
      run.world.setLoad('shop/web', loadOf(170));
      const hotAt = run.clock.now();
      const verifiedAt = (): number | undefined =>
        run.decisions('shop')[0]?.status?.history.find(({ phase }) => phase === 'Succeeded')?.at;
      await run.until(() => verifiedAt() !== undefined, 5 * MINUTE);
      const took = (verifiedAt() ?? Number.NaN) - hotAt;
      const [write] = writes();
      expecting.same(
        'replicas written',
        writes().map(({ replicas }) => replicas),
        [3],
      );
      expecting.holds(`verified after ${timeText(took)}, within ${timeText(WITHIN_MS)}`, took <= WITHIN_MS);
      return expecting.shown(
        `3 written ${timeText((write?.at ?? Number.NaN) - hotAt)} after the load rose, verified after ${timeText(took)}`,
        { virtualMs: run.clock.now() - startedAt },
      );
    }),
};

export const AUTONOMOUS_SCALING: Criterion = {
  id: 'SC-003',
  slug: 'autonomous-scaling',
  title: 'Autonomous scaling',
  atLeast: 23,
  unit: 'cases',
  means:
    'With nobody watching, a service gets the replicas that its load needs, in steps, within its limits, and each change is verified; what is not needed goes, slowly, and only where that is safe. The virtual time is that of the whole case.',
  cases: [
    FIRST_SCENARIO,
    ...[
      'auto-51-step-up',
      'auto-52-ramp-up',
      'auto-53-step-down',
      'auto-54-square-wave',
      'auto-55-trace',
      'auto-56-below-min',
      'auto-58-cpu-limit',
      'auto-59-no-request',
      'auto-61-given-series',
      'auto-62-two-services',
      'auto-66-hpa-goes',
      'auto-70-budget-keeps-some',
      'auto-70-budget-leaves-room',
      'auto-74-rollout-under-spike',
      'auto-76-steps',
      'auto-76-steps-down',
      'auto-77-global-ceiling',
      'auto-78-predict',
      'auto-79-undone-once',
      'auto-80-no-down-after-up',
      'auto-81-cooldown',
      'auto-94-supersede',
      'auto-95-raise-max',
      'auto-96-lower-max',
    ].map((id) => scenarioCase(id)),
  ],
  real: [SCALED],
};
