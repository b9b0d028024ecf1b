import { blueprintParser } from './blueprintParser.ts';
import { decisionEngine } from './decisionEngine.ts';
import { executionEngine } from './executionEngine.ts';
import { governanceEnforcer } from './governanceEnforcer.ts';
import type { RoleHead } from './role.ts';
import { verificationEngine } from './verificationEngine.ts';

/** Every role there is, listed by hand: what is checked, evaluated and documented walks this list. */
export const ROLES: readonly RoleHead[] = [
  blueprintParser,
  decisionEngine,
  governanceEnforcer,
  executionEngine,
  verificationEngine,
];
