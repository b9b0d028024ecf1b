import { aheadOf } from '../arbiter.ts';
import { type ChangeRule, noData, note, wait } from '../rule.ts';

/** Spec 4, conflicts: what several services want goes to the first of them; the others wait and are told for whom. */
export const capacityMustBeLeft: ChangeRule = ({ input: { fleet }, share, approved, scale, blueprint }) => {
  if (share === undefined || scale === undefined) return [];
  const { own, fits, lostTo, unknown } = share;
  const others = fleet?.claims ?? [];
  const first = others.some(({ pending }) => pending) ? aheadOf(own, others)[0]?.service : undefined;
  const lost = (code: 'RoomLost' | 'CapacityLost', what: string, winner = ''): ReturnType<typeof wait> =>
    wait(code, `${what}, and ${winner} comes first`, { winner });
  // An approved number is one step, and no step stops below the range.
  const isWhole = approved || scale.from + fits < blueprint.scaling.minReplicas;
  const short = fits === 0 || isWhole ? wait : note;
  const words = `the shared capacity has room for ${fits} of ${own.asks} replicas more`;
  return [
    ...(unknown ? noData('wait', { 'shared capacity': undefined }) : []),
    ...(first === undefined ? [] : [lost('RoomLost', 'pods find no room on the nodes', first)]),
    ...(lostTo === undefined ? [] : [lost('CapacityLost', 'the shared capacity is short', lostTo.service)]),
    ...(unknown || lostTo || fits === own.asks ? [] : [short('CapacityShort', words, { fits, asks: own.asks })]),
  ];
};
