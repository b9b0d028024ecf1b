import type { DecisionObject } from '../../../schema/decisionObject.ts';
import { FINAL } from '../../../schema/records.ts';
import type { Stage } from './stage.ts';

/** One scenario of the demo. It starts from the shop as the one before left it, or as it opens. */
export interface Scenario {
  /** As in the product's contract. */
  readonly number: number;
  readonly name: string;
  /** What a person is told before it plays: one or two short sentences. */
  readonly about: string;
  /** Plays until it is over. What is not as specified then, in words; empty when it passed. */
  play(stage: Stage): Promise<readonly string[]>;
}

export const MINUTE = 60_000;

/** Says whether a condition holds, as a fault when it does not. */
export const expectThat = (holds: boolean, fault: string): readonly string[] => (holds ? [] : [fault]);

export const isEnded = ({ status }: DecisionObject): boolean => status !== undefined && FINAL.has(status.phase);

/** `frontend scale Succeeded`, one after the other. */
export const phasesOf = (decisions: readonly DecisionObject[]): string =>
  decisions.map(({ spec, status }) => `${spec.target.name} ${spec.tool} ${status?.phase ?? 'Pending'}`).join(', ') ||
  'none';
