import type { Tool } from '../../tools/tool.ts';

/**
 * An agent's own answer, which ends its run: what it concluded, typed. It is offered like a tool, so that a model speaks one
 * language throughout, but it is no tool of the cluster: no request comes of it, and the gate has nothing to judge.
 */
export type AnswerTool = Pick<Tool, 'name' | 'summary' | 'input'>;
