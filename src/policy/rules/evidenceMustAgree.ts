import type { Finding } from '../../schema/verdict.ts';
import { isUsable } from '../evidence.ts';
import { type ChangeFacts, usedSignals } from '../facts.ts';
import { forbid, noData } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G21: nothing shrinks against the evidence, and an agent's direction is one that was observed. */
export const evidenceMustAgree: Rule<ChangeFacts> = (facts) => {
  const { workload, direction, restart, person, readyBelowMin } = facts;
  const { assessment } = facts.input;
  if (restart || direction === 'none') return [];
  if (workload === undefined) return noData('G21', 'forbid', { workload });
  if (direction === 'up' && (person || readyBelowMin)) return [];
  if (assessment === undefined) return noData('G21', 'forbid', { assessment });
  const findings: Finding[] = [];
  if (direction === 'down') {
    const up = assessment.signals.filter((signal) => signal.says === 'up').map((signal) => signal.name);
    if (up.length > 0) {
      findings.push(
        forbid('G21', 'SignalSaysUp', `${up.join(', ')} ask for more, this takes away`, { signals: up.join(', ') }),
      );
    }
    if (facts.breach) {
      const missed = assessment.breach.join(', ');
      findings.push(
        forbid('G21', 'ObjectiveMissed', `${missed} is missed now: nothing is taken away`, { objectives: missed }),
      );
    }
  }
  const { blueprint, now } = facts;
  const agrees = usedSignals(blueprint, assessment).some(
    (s) => s.says === direction && isUsable(s, blueprint.safety, now),
  );
  if (!person && !agrees) {
    findings.push(forbid('G21', 'NoEvidence', `no observed signal says ${direction}`, { direction }));
  }
  return findings;
};
