import type { GatewayDeps } from './deps.ts';
import { indexed, keyOf, type RequestRecord, readDecision, readRequest, standingOf } from './views/records.ts';

/** Said where somebody answers a request that is over. `instead`: what people are asked in its place. */
export const isOverWords = (phase: string, instead: string | undefined): string =>
  `this request is ${phase.toLowerCase()} already${instead === undefined ? '' : `: ${instead} took its place`}`;

/**
 * The request that took the place of one that was superseded, as far as a mirror shows it: the executor asks people for one
 * number an operation and object at a time. One that no Decision waits for is nobody's.
 */
export function replacementOf(deps: GatewayDeps, { namespace, name, spec, status }: RequestRecord): string | undefined {
  if (status.phase !== 'Superseded') return undefined;
  const decisions = indexed(deps.observer.decisions());
  const found = deps.observer
    .approvals()
    .map(readRequest)
    .find((other) => {
      if (other === undefined || other.namespace !== namespace || other.name === name) return false;
      const { operation, target } = other.spec;
      if (operation !== spec.operation || target.name !== spec.target.name || target.uid !== spec.target.uid)
        return false;
      const decision = decisions.get(keyOf(namespace, other.spec.decision));
      const waitsFor = decision && readDecision(decision)?.status?.approval;
      return waitsFor === other.name && standingOf(other, deps).phase === 'Pending';
    });
  return found && keyOf(namespace, found.name);
}
