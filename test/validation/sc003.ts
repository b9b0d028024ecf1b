import type { Criterion } from './criterion.ts';
import { SCALED } from './realCases.ts';
import { scenarioCase } from './scenarioCase.ts';

export const AUTONOMOUS_SCALING: Criterion = {
  id: 'SC-003',
  slug: 'autonomous-scaling',
  title: 'Autonomous scaling',
  atLeast: 23,
  unit: 'cases',
  means:
    'With nobody watching, a service gets the replicas that its load needs, in steps, within its limits, and each change is verified; what is not needed goes, slowly, and only where that is safe. The virtual time is that of the whole case.',
  cases: [
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
  real: [SCALED],
};
