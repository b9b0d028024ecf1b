import { blueprintParser } from './blueprintParser.ts';
import { decisionEngine } from './decisionEngine.ts';
import { governanceEnforcer } from './governanceEnforcer.ts';
import type { RoleHead } from './role.ts';

/** Every role there is, listed by hand: what is checked, evaluated and documented walks this list. */
export const ROLES: readonly RoleHead[] = [blueprintParser, decisionEngine, governanceEnforcer];
