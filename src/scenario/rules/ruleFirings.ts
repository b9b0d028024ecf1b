import { z } from 'zod';
import { RULE_IDS, type RuleId } from '../../schema/verdict.ts';
import type { Seen } from '../seen.ts';

/** How a finding stops a call. A note stops none. */
export type Stop = 'refused' | 'restricted' | 'deferred';

export interface Firing {
  readonly stop: Stop;
  readonly code: string;
  /** What was judged: the tool, `undo of` its change, or `unknown` for what is no tool. */
  readonly call: string;
}

/** What the gate's rules did in the runs of one scenario, as its journals have it. */
export interface RuleFirings {
  /** Every kind of call that was judged. */
  readonly judged: ReadonlySet<string>;
  readonly fired: ReadonlyMap<RuleId, readonly Firing[]>;
}

export const NO_FIRINGS: RuleFirings = { judged: new Set(), fired: new Map() };

const STOPS: Readonly<Record<string, Stop | undefined>> = {
  forbid: 'refused',
  restrict: 'restricted',
  wait: 'deferred',
};

const JudgedCall = z.object({
  input: z.object({ request: z.object({ tool: z.string(), effect: z.string(), undo: z.unknown().optional() }) }),
  verdict: z.object({
    findings: z.array(z.object({ rule: z.enum(RULE_IDS), code: z.string(), effect: z.string() })),
  }),
});

/** Both deciders are counted: the controller's gate, and the executor that decides again. */
export function ruleFirings({ journals }: Pick<Seen, 'journals'>): RuleFirings {
  const judged = new Set<string>();
  const fired = new Map<RuleId, Firing[]>();
  for (const { kind, data } of journals.flatMap(({ records }) => records)) {
    if (kind !== 'call') continue;
    const { input, verdict } = JudgedCall.parse(data);
    const { tool, effect, undo } = input.request;
    const call = undo !== undefined ? `undo of ${tool}` : effect === 'unknown' ? 'unknown' : tool;
    judged.add(call);
    for (const { rule, code, effect } of verdict.findings) {
      const stop = STOPS[effect];
      if (stop === undefined) continue;
      fired.set(rule, [...(fired.get(rule) ?? []), { stop, code, call }]);
    }
  }
  return { judged, fired };
}

/** Of several runs of one scenario. */
export function joinedFirings(runs: readonly RuleFirings[]): RuleFirings {
  const fired = new Map<RuleId, readonly Firing[]>();
  for (const [rule, firings] of runs.flatMap((run) => [...run.fired])) {
    fired.set(rule, [...(fired.get(rule) ?? []), ...firings]);
  }
  return { judged: new Set(runs.flatMap(({ judged }) => [...judged])), fired };
}
