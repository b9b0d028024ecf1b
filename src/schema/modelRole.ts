/** The agents that a model may stand behind. */
export const MODEL_ROLES = [
  'blueprint-parser',
  'decision-engine',
  'governance-enforcer',
  'execution-engine',
  'verification-engine',
] as const;
export type ModelRole = (typeof MODEL_ROLES)[number];
