import { plural } from '../../analysis/words.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { breakerAt } from '../../policy/breaker.ts';
import type { BreakerView, HoldView } from '../../schema/api/services.ts';
import type { Counters, Hold } from '../../schema/counters.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { CircuitBreakerSpec } from '../../schema/records.ts';
import { clock, instant, instantMs, name, sentence } from './told.ts';

/** A service's breaker: a person's word first, then a freeze, then the count of failures. */
export function breakerView(view: ServiceView, now: number): BreakerView {
  const { counters, holds } = view;
  const held = holds?.find(({ kind }) => kind === 'breaker');
  if (counters === undefined) {
    return { state: 'open', failures: 0, text: 'Its record cannot be read, so nothing is done.' };
  }
  const { failures, until } = counters.breaker;
  if (held !== undefined) {
    return {
      state: 'held',
      failures,
      text: sentence(`Held open by ${held.by}${held.reason ? `: ${held.reason}` : ''}.`),
    };
  }
  if (counters.frozen !== undefined) {
    const text = sentence(
      `Frozen since ${clock(counters.frozen.at)} UTC: the undo ${counters.frozen.change} failed. A person has to resume it.`,
    );
    return { state: 'frozen', failures, text };
  }
  const state = breakerAt(counters.breaker, now);
  const of = view.blueprint === undefined ? '' : ` of ${view.blueprint.safety.breakerFailures}`;
  switch (state) {
    case 'open':
      return {
        state,
        failures,
        ...(until !== undefined && { until: instant(until) }),
        text:
          until === undefined
            ? 'Open.'
            : `Open until ${clock(until)} UTC after ${plural(failures, 'failure')} in a row.`,
      };
    case 'halfOpen':
      return { state: 'half-open', failures, text: 'Half open: one smallest step may try.' };
    case 'closed':
      return { state, failures, text: `${failures}${of} failures in a row.${optionalText(counters, now)}` };
  }
}

const optionalText = ({ optionalBreaker }: Counters, now: number): string =>
  breakerAt(optionalBreaker, now) === 'closed' ? '' : ' That of optional changes is open.';

/** Pauses and stops that bind a service: its own, its namespace's and the cluster's. */
export const holdViews = ({ namespace, breakerObject, fleetObject }: ServiceView): HoldView[] => [
  ...holdsIn(breakerObject).flatMap((hold) => holdView(hold, 'this service')),
  ...holdsIn(fleetObject)
    .filter((hold) => hold.namespace === undefined || hold.namespace === namespace)
    .flatMap((hold) => holdView(hold, 'the whole cluster')),
];

export function holdsIn(record: KubeObject | undefined): readonly Hold[] {
  const spec = CircuitBreakerSpec.safeParse(record?.spec);
  return spec.success ? spec.data.holds : [];
}

/** `own`: what an entry without a namespace binds. A breaker held open is told with the breaker. */
export function holdView({ kind, what, by, reason, at, namespace }: Hold, own: string): HoldView[] {
  if (kind === 'breaker') return [];
  const scope = namespace === undefined ? own : `namespace ${name(namespace)}`;
  return [{ kind, what, scope, by: name(by), reason: sentence(reason), at: instant(instantMs(at)) }];
}
