import type { Signal } from '../../schema/assessment.ts';
import { staleness } from '../evidence.ts';
import { type ChangeFacts, usedSignals } from '../facts.ts';
import { noData, span, wait } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** G3: nothing is decided on old numbers. Less capacity needs all signals fresh, more needs the one that argues for it. */
export const evidenceMustBeFresh: Rule<ChangeFacts> = (facts) => {
  const { workload, blueprint, direction, now } = facts;
  const { assessment } = facts.input;
  if (workload === undefined) return noData('G3', 'wait', { workload });
  if (usesNoSignal(facts)) return [];
  if (assessment === undefined) return noData('G3', 'wait', { assessment });
  const { safety } = blueprint;
  const used = usedSignals(blueprint, assessment);
  const judged = direction === 'up' ? used.filter((signal) => signal.says === 'up') : used;
  const stale = judged.filter((signal) => staleness(signal, safety, now) !== undefined);
  // One fresh signal is reason enough for more capacity; the stale ones beside it argue for nothing.
  if (direction === 'up' && stale.length < judged.length) return [];
  return stale.map((signal) => finding(signal, facts));
};

/** A person's scale-up carries its own reason; too few ready pods are seen in the workload itself. */
const usesNoSignal = ({ direction, restart, person, readyBelowMin }: ChangeFacts): boolean =>
  (direction === 'up' && (person || readyBelowMin)) || (direction === 'none' && !restart);

function finding(signal: Signal, { blueprint, now }: ChangeFacts) {
  const limit = Math.max(blueprint.safety.freshnessMs, 3 * signal.intervalMs);
  if (staleness(signal, blueprint.safety, now) === 'future') {
    return wait('G3', 'FutureEvidence', `the newest sample of ${signal.name} lies in the future`, {
      signal: signal.name,
    });
  }
  const age = signal.sampleAt === undefined ? 'of unknown age' : `${span(now - signal.sampleAt)} old`;
  return wait(
    'G3',
    'StaleEvidence',
    `the newest sample of ${signal.name} is ${age}, at most ${span(limit)} is allowed`,
    {
      signal: signal.name,
      ageMs: signal.sampleAt === undefined ? undefined : now - signal.sampleAt,
      limitMs: limit,
    },
  );
}
