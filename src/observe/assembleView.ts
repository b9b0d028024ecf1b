import { assess } from '../analysis/assess.ts';
import type { Log } from '../ports/log.ts';
import type { History } from '../schema/history.ts';
import type { KubeObject } from '../schema/kube.ts';
import type { MetricsReading } from '../schema/samples.ts';
import type { Accepted, AcceptedGlobal } from './blueprints/acceptance.ts';
import { countersOf, holdsOf, isBreakerTouched, operationsLeft } from './safetyState.ts';
import type { ServiceView } from './serviceView.ts';
import type { Surroundings } from './surroundings.ts';
import type { Tracked } from './tracker.ts';
import { workloadFrom } from './workload/workload.ts';

/** What was read of one service; absent parts could not be read. */
export interface Parts {
  readonly accepted: Accepted;
  readonly global: AcceptedGlobal;
  /** The target's Deployment and what is around it, true at `at`. */
  readonly target?: {
    readonly deployment: KubeObject;
    readonly around: Surroundings;
    readonly tracker: Tracked | undefined;
    readonly at: number;
    readonly isPass: boolean;
  };
  /** Undefined when circuit breakers cannot be read; either may be absent when they can. */
  readonly breakers?: { readonly own: KubeObject | undefined; readonly fleet: KubeObject | undefined };
  readonly problems: readonly string[];
}

/** The numbers so far: the ring, and this service's part of the newest reading. */
export interface Numbers {
  readonly history: History;
  /** Of the time before there was a ring; absent once there is one. */
  readonly past?: (
    workload: NonNullable<ServiceView['workload']>,
    blueprint: NonNullable<ServiceView['blueprint']>,
  ) => History;
  reading(
    workload: NonNullable<ServiceView['workload']>,
    blueprint: NonNullable<ServiceView['blueprint']>,
  ): MetricsReading;
}

export interface Assembled {
  readonly view: ServiceView;
  /** The ring with this moment's point; the caller decides whether it is kept. */
  readonly history: History;
}

/** Puts a view together: the one place where read objects become what the gate looks at. */
export function assembleView(parts: Parts, numbers: Numbers, now: number, log: Log): Assembled {
  const { accepted, global, target, breakers } = parts;
  const { object, blueprint } = accepted;
  const { namespace = '', name } = object.metadata;
  const workload =
    target === undefined
      ? undefined
      : workloadFrom({
          ...target.around,
          deployment: target.deployment,
          tracker: target.tracker,
          isPass: target.isPass,
          now: target.at,
        });
  const problems = [...parts.problems];
  const counters = breakers === undefined ? undefined : countersOf(breakers.own, workload, now);
  const assessed =
    blueprint === undefined || workload === undefined || workload.deleting
      ? undefined
      : attempt(() => {
          const reading = numbers.reading(workload, blueprint);
          const left = counters === undefined ? undefined : operationsLeft(counters, blueprint.safety, now);
          const history = numbers.past?.(workload, blueprint) ?? numbers.history;
          return assess({
            now,
            blueprint,
            workload,
            reading,
            history,
            ...(left !== undefined && { operationsLeft: left }),
          });
        });
  if (assessed?.ok === false) {
    // One service's odd numbers must not take the others' pass down; this one is decided without any.
    log.error({ service: `${namespace}/${name}`, error: String(assessed.error) }, 'the analysis failed');
    problems.push('the analysis failed; see the log');
  }
  if (breakers !== undefined) problems.push(...troubleWith(name, breakers.own, workload, counters, now));
  const holds = breakers === undefined ? undefined : holdsOf(breakers.own, breakers.fleet, namespace);
  const view: ServiceView = {
    namespace,
    name,
    object,
    ...(blueprint !== undefined && { blueprint }),
    ...(accepted.faults.length > 0 && { faults: accepted.faults }),
    ...(global.rules !== undefined && { global: global.rules }),
    ...(workload !== undefined && { workload }),
    matches: workload === undefined || workload.deleting ? 0 : 1,
    ...(assessed?.ok === true && { assessment: assessed.value.assessment }),
    ...(counters !== undefined && { counters }),
    ...(breakers?.own !== undefined && { breakerObject: breakers.own }),
    ...(holds !== undefined && { holds }),
    ...(problems.length > 0 && { problems }),
  };
  return { view, history: assessed?.ok === true ? assessed.value.history : numbers.history };
}

function troubleWith(
  name: string,
  breaker: KubeObject | undefined,
  workload: ServiceView['workload'],
  counters: ServiceView['counters'],
  now: number,
): string[] {
  if (counters === undefined) {
    return [
      'the annotation fairlead.dev/last-change of the target cannot be read, and the CircuitBreaker that would explain it is gone',
    ];
  }
  return isBreakerTouched(breaker, workload, now)
    ? [`CircuitBreaker ${name}: somebody else wrote its status, so the hour's budget counts as spent`]
    : [];
}

function attempt<T>(compute: () => T): { ok: true; value: T } | { ok: false; error: unknown } {
  try {
    return { ok: true, value: compute() };
  } catch (error) {
    return { ok: false, error };
  }
}
