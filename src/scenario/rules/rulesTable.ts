import { RULE_IDS, type RuleId } from '../../schema/verdict.ts';
import type { Scenario } from '../format.ts';
import { type Difference, differences } from './difference.ts';
import type { Firing, RuleFirings, Stop } from './ruleFirings.ts';

export interface PlayedRules {
  readonly scenario: Scenario;
  readonly rules: RuleFirings;
}

/** A scenario in which a rule fires, and its nearest neighbour in which it does not. */
export interface RulePair {
  readonly fires: string;
  readonly code: string;
  readonly stop: Stop;
  readonly spared: string;
  /** The one fact in which they differ: `here` where the rule fires, `there` where it does not. */
  readonly difference: Difference;
}

export interface RuleRow {
  readonly rule: RuleId;
  /** Scenarios in which it fired, and how; one can count under several. */
  readonly fired: number;
  readonly stops: Readonly<Record<Stop, number>>;
  /** Absent: it never fired, or no scenario that differs in one fact only spares it. */
  readonly pair?: RulePair;
}

export const isProven = ({ pair }: RuleRow): boolean => pair !== undefined;

/** Per rule in how many scenarios it fired, and the pair that shows by what it is set off. */
export function rulesTable(played: readonly PlayedRules[]): RuleRow[] {
  return RULE_IDS.map((rule) => {
    const firing = played.filter(({ rules }) => rules.fired.has(rule));
    const count = (stop: Stop): number =>
      firing.filter(({ rules }) => firingsOf(rules, rule).some((one) => one.stop === stop)).length;
    const pair = bestPair(rule, firing, played);
    return {
      rule,
      fired: firing.length,
      stops: { refused: count('refused'), restricted: count('restricted'), deferred: count('deferred') },
      ...(pair && { pair }),
    };
  });
}

const firingsOf = ({ fired }: RuleFirings, rule: RuleId): readonly Firing[] => fired.get(rule) ?? [];

/** Of scenarios that are about the rule by their tags, else of any, the one in which the fewest others fire beside it. */
function bestPair(rule: RuleId, firing: readonly PlayedRules[], played: readonly PlayedRules[]): RulePair | undefined {
  const spared = played.filter(({ rules }) => !rules.fired.has(rule));
  const rank = ({ scenario, rules }: PlayedRules): number =>
    rules.fired.size + (scenario.tags.includes(rule) ? 0 : RULE_IDS.length);
  for (const fires of firing.toSorted((a, b) => rank(a) - rank(b))) {
    for (const neighbour of spared) {
      // A rule that was not asked spares nobody: a call of the kind that it stopped must have been judged there.
      const stopped = firingsOf(fires.rules, rule).find(({ call }) => neighbour.rules.judged.has(call));
      if (stopped === undefined) continue;
      const [difference, ...more] = differences(fires.scenario, neighbour.scenario);
      if (difference === undefined || more.length > 0) continue;
      const { code, stop } = stopped;
      return { fires: fires.scenario.id, code, stop, spared: neighbour.scenario.id, difference };
    }
  }
  return undefined;
}
