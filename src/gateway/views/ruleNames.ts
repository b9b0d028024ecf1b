import type { RuleId } from '../../schema/verdict.ts';

/** What each rule is about, as pages and documents call it. */
export const RULE_NAMES: Readonly<Record<RuleId, string>> = {
  G0: 'authority',
  G1: 'ownership',
  G2: 'disruption budget',
  G3: 'freshness',
  G4: 'coverage',
  G5: 'no data is not zero',
  G6: 'distress is not idleness',
  G7: 'rollout lock',
  G8: 'steps and ceilings',
  G9: 'down window',
  G10: 'predict first',
  G11: 'reversals',
  G12: 'budgets, cooldown and capacity',
  G13: 'correlated failure',
  G14: 'identity',
  G15: 'one owner per dimension',
  G16: 'resource bounds',
  G17: 'safe undo',
  G18: 'plan and apply',
  G19: 'breaker',
  G20: 'stop, freeze and autonomy',
  G21: 'evidence',
  G22: 'floor of all floors',
  G23: 'one change at a time',
};
