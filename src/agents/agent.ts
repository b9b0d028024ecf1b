import type { z } from 'zod';
import { askRole, type Desk, type RoleModel, type Said } from './askRole.ts';
import type { Role } from './roles/role.ts';

/** A role with its model, or without one: a question in, an answer out. */
export interface Agent<Facts, Conclusion> {
  /** Never rejects, and outlasts no deadline. */
  ask(facts: Facts, desk: Desk, signal: AbortSignal): Promise<Said<Conclusion>>;
}

/** Without `asked` the rules of the role answer. */
export const agentOf = <V extends z.ZodObject, Facts, Conclusion>(
  role: Role<V, Facts, Conclusion>,
  asked?: RoleModel<V>,
): Agent<Facts, Conclusion> => ({ ask: (facts, desk, signal) => askRole(role, asked, facts, desk, signal) });
