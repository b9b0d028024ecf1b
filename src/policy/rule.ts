import type { Finding, RuleId } from '../schema/verdict.ts';
import type { ChangeFacts, Facts } from './facts.ts';

/**
 * One obligation. It answers with findings, or with none when it has nothing to say. `before` are the findings of the
 * rules above it in the list; only the last rule reads them.
 */
export type Rule<F> = (facts: F, before: readonly Finding[]) => readonly Finding[];

/** A rule in force, with what it binds. */
export type Standing =
  | { readonly id: RuleId; readonly binds: 'every call'; readonly rule: Rule<Facts> }
  /** `undo too`: also the automatic undo of our own failed change. */
  | { readonly id: RuleId; readonly binds: 'changes' | 'changes, undo too'; readonly rule: Rule<ChangeFacts> };
