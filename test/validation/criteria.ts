import type { Criterion } from './criterion.ts';
import { BLUEPRINT_COMPLETENESS } from './sc001.ts';
import { DECISION_ACCURACY } from './sc002.ts';
import { AUTONOMOUS_SCALING } from './sc003.ts';
import { GOVERNANCE_COMPLIANCE } from './sc004.ts';
import { AUDITABILITY } from './sc005.ts';
import { ROLLBACK } from './sc006.ts';
import { INDEPENDENCE } from './sc007.ts';
import { BLUEPRINT_RESPONSE } from './sc008.ts';
import { APPROVAL_RELIABILITY } from './sc009.ts';
import { SAFETY_MECHANISMS } from './sc010.ts';

export const CRITERIA: readonly Criterion[] = [
  BLUEPRINT_COMPLETENESS,
  DECISION_ACCURACY,
  AUTONOMOUS_SCALING,
  GOVERNANCE_COMPLIANCE,
  AUDITABILITY,
  ROLLBACK,
  INDEPENDENCE,
  BLUEPRINT_RESPONSE,
  APPROVAL_RELIABILITY,
  SAFETY_MECHANISMS,
];
