import { adjustResources } from './adjustResources.ts';
import { diffBlueprint } from './diffBlueprint.ts';
import { getApproval } from './getApproval.ts';
import { getDecisions } from './getDecisions.ts';
import { getEvents } from './getEvents.ts';
import { getLogs } from './getLogs.ts';
import { getMetrics } from './getMetrics.ts';
import { getService } from './getService.ts';
import { getWorkload } from './getWorkload.ts';
import { listServices } from './listServices.ts';
import { requestApproval } from './requestApproval.ts';
import { restartPods } from './restartPods.ts';
import { rollback } from './rollback.ts';
import { scale } from './scale.ts';
import { scaleToZero } from './scaleToZero.ts';
import { suggestAlternatives } from './suggestAlternatives.ts';
import type { Tool } from './tool.ts';
import { validateBlueprint } from './validateBlueprint.ts';
import { whatIf } from './whatIf.ts';

/** Every tool there is, listed by hand. What is not here is refused and recorded by name, and cannot be executed. */
export const TOOLS: readonly Tool[] = [
  listServices,
  getService,
  getMetrics,
  getWorkload,
  getEvents,
  getLogs,
  getDecisions,
  getApproval,
  whatIf,
  suggestAlternatives,
  validateBlueprint,
  diffBlueprint,
  scale,
  restartPods,
  adjustResources,
  rollback,
  scaleToZero,
  requestApproval,
];
