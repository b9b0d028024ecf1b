import type { Origin } from './records.ts';

/** Of what no model had a part in: `role` came to it, by what `model` says where that is no person. */
export const originOf = (role: Origin['role'], { model = '', run = '' } = {}): Origin => ({
  role,
  prompt: '',
  model,
  steps: 0,
  promptTokens: 0,
  completionTokens: 0,
  seconds: 0,
  read: [],
  run,
});
