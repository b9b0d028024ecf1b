import { beyondLimits } from './beyondLimits.ts';
import { breaker } from './breaker.ts';
import { chat } from './chat.ts';
import { conflict } from './conflict.ts';
import { forbidden } from './forbidden.ts';
import { multiService } from './multiService.ts';
import { rollback } from './rollback.ts';
import { scaling } from './scaling.ts';
import type { Scenario } from './scenario.ts';
import { steps } from './steps.ts';

/** In the order of their numbers, in which one shop lives through them. */
export const SCENARIOS: readonly Scenario[] = [
  scaling,
  beyondLimits,
  forbidden,
  rollback,
  multiService,
  conflict,
  breaker,
  chat,
  steps,
];
