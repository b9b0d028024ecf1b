import type { ChangeFacts } from '../facts.ts';
import { forbid, noData, note } from '../finding.ts';
import type { Rule } from '../rule.ts';

/** The most replicas any blueprint can name. */
const MOST = 10_000;

/** G8: the end value is judged against the hard ceiling once; what one write may do of it is said in a note. */
export const stepsMustStayUnderCeilings: Rule<ChangeFacts> = ({ input: { request, global }, scale, workload }) => {
  if (request.wanted?.kind !== 'scale') return [];
  const { replicas } = request.wanted;
  if (!Number.isInteger(replicas) || replicas < 0 || replicas > MOST) {
    const message = `${replicas} is no number of replicas: a whole number from 0 to ${MOST} is`;
    return [forbid('G8', 'ImpossibleReplicas', message, { replicas, most: MOST })];
  }
  if (global === undefined) return noData('G8', 'forbid', { global });
  if (workload === undefined || scale === undefined) return noData('G8', 'forbid', { workload });
  const ceiling = global.ceilings.maxReplicas;
  if (ceiling !== undefined && replicas > ceiling) {
    const message = `${replicas} replicas are above the global ceiling of ${ceiling}`;
    return [forbid('G8', 'AboveCeiling', message, { replicas, ceiling })];
  }
  const { from, to, step } = scale;
  const message =
    step === to ? `one write: ${from} to ${to}` : `one write goes to ${step} at most, on the way from ${from} to ${to}`;
  return [note('G8', step === to ? 'OneStep' : 'Stepwise', message, { from, to, step })];
};
