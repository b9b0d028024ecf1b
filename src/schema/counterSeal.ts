import canonicalize from 'canonicalize';
import type { BreakerState, Counters, InFlight } from './counters.ts';
import { sha256 } from './journalHash.ts';

/**
 * What the executor writes carries a digest of what binds the next change. It is no secret and stops nobody who means
 * harm (RBAC does that); it shows that a status was changed by hand. The fields are named one by one, so that a version
 * that knows more or fewer of them reads the same seal.
 */
const VERSION = 'v1:';

export const sealed = (counters: Counters): Counters => ({ ...counters, seal: sealOf(counters) });

/** A seal of a version that is not known says nothing, nor does none: it was written before there were seals. */
export const isSealBroken = (counters: Counters): boolean =>
  counters.seal?.startsWith(VERSION) === true && counters.seal !== sealOf(counters);

function sealOf(counters: Counters): string {
  const { breaker, optionalBreaker, operations, inFlight, lastChangeId, spentUntil, reverts, frozen } = counters;
  const bound = [
    breakerOf(breaker),
    breakerOf(optionalBreaker),
    operations.map(({ at, changeId, direction, optional, undo }) => [at, changeId, direction, optional, undo]),
    inFlight === undefined ? null : flightOf(inFlight),
    lastChangeId ?? null,
    spentUntil ?? null,
    reverts,
    frozen?.change ?? null,
  ];
  return VERSION + sha256(canonicalize(bound) ?? '');
}

const breakerOf = ({ state, failures, until, opens }: BreakerState): unknown => [state, failures, until ?? null, opens];

const flightOf = ({ decision, changeId, phase, since, over }: InFlight): unknown => [
  decision,
  changeId,
  phase,
  since,
  over?.changeId ?? null,
];
