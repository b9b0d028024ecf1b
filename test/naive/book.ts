import type { Blueprint } from '../../src/schema/blueprint.ts';
import type { Change } from '../../src/schema/change.ts';
import type { GateInput, RuleId } from '../../src/schema/verdict.ts';
import type { Workload } from '../../src/schema/workload.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** What the rules said so far. Notes are left out: they decide nothing. */
export class Book {
  readonly says = new Set<string>();
  readonly ends: (number | undefined)[] = [];

  forbid(rule: RuleId): void {
    this.says.add(`${rule} forbid`);
  }

  restrict(rule: RuleId): void {
    this.says.add(`${rule} restrict`);
  }

  /** Without `until` (ms): until it clears. */
  wait(rule: RuleId, until?: number): void {
    this.says.add(`${rule} wait`);
    this.ends.push(until);
  }

  has(effect: 'forbid' | 'restrict'): boolean {
    return [...this.says].some((said) => said.endsWith(` ${effect}`));
  }
}

/** A change that has a blueprint and a target to be judged on. */
export interface Case {
  readonly input: GateInput;
  readonly blueprint: Blueprint;
  readonly workload: Workload;
  readonly agent: boolean;
  readonly kind: Change['kind'];
  /** What takes ready pods away, if only for a while: a scale-down and everything that rolls the pods. */
  readonly disrupts: boolean;
  /** It replaces the pods: a restart, other resources, an earlier template. */
  readonly rolls: boolean;
  /** End value of a scale; undefined for all else. */
  readonly wanted: number | undefined;
  readonly up: boolean;
  readonly down: boolean;
  readonly approved: boolean;
  readonly breach: boolean;
  readonly pressure: boolean;
  readonly readyBelowMin: boolean;
}
