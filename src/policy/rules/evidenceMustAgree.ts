import { isUsable } from '../evidence.ts';
import { usedSignals } from '../facts.ts';
import { type ChangeRule, forbid, noData } from '../rule.ts';

/** G21: nothing shrinks against the evidence, and an agent's direction is one that was observed. */
export const evidenceMustAgree: ChangeRule = (facts) => {
  const { direction, person, readyBelowMin, breach, input, field, workload } = facts;
  const { assessment } = input;
  if (field === 'image' && !person && !breach && !workload.pods.some((pod) => pod.trouble !== undefined)) {
    return [forbid('NoEvidence', 'no objective is missed and no pod is in trouble: nothing to roll back for')];
  }
  if (direction === 'none' || (direction === 'up' && (person || readyBelowMin))) return [];
  if (assessment === undefined) return noData('forbid', { assessment });
  const findings = [];
  const up = assessment.signals.filter((signal) => signal.says === 'up').map((signal) => signal.name);
  if (direction === 'down' && up.length > 0) {
    const signals = up.join(', ');
    findings.push(forbid('SignalSaysUp', `${signals} ask for more, this takes away`, { signals }));
  }
  if (direction === 'down' && breach) {
    const missed = assessment.breach.join(', ');
    findings.push(forbid('ObjectiveMissed', `${missed} is missed now: nothing is taken away`, { missed }));
  }
  const agrees = usedSignals(facts, assessment).some((s) => s.says === direction && isUsable(s, facts));
  if (!person && !agrees) findings.push(forbid('NoEvidence', `no observed signal says ${direction}`, { direction }));
  return findings;
};
