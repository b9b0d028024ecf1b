import { type ChangeRule, forbid, noData, note, wait } from '../rule.ts';

/** The most replicas any blueprint can name. */
const MOST = 10_000;

/** G8: the end value is judged against the hard ceiling once; what one write may do of it is said in a note. A paced step waits. */
export const stepsMustStayUnderCeilings: ChangeRule = ({ input: { global }, scale, pace, now }) => {
  if (scale === undefined) return [];
  const { from, to, step } = scale;
  if (!Number.isInteger(to) || to < 0 || to > MOST) {
    return [
      forbid('ImpossibleReplicas', `${to} is no number of replicas from 0 to ${MOST}`, { replicas: to, most: MOST }),
    ];
  }
  if (global === undefined) return noData('forbid', { global });
  const ceiling = global.ceilings.maxReplicas;
  if (ceiling !== undefined && to > ceiling) {
    return [
      forbid('AboveCeiling', `${to} replicas are above the global ceiling of ${ceiling}`, { replicas: to, ceiling }),
    ];
  }
  const whole = step === to;
  const message = whole ? `one write: ${from} to ${to}` : `one write goes to ${step}, on the way from ${from} to ${to}`;
  const said = note(whole ? 'OneStep' : 'Stepwise', message, { from, to, step });
  const { by, notBefore = now } = pace ?? {};
  return now < notBefore ? [said, wait('Paced', `the step waits as ${by} asked`, { by }, notBefore)] : [said];
};
