import { Executor } from '../../src/executor/executor.ts';
import { summary } from '../../src/faces/cli/status.ts';
import { tell } from '../../src/faces/cli/why.ts';
import type { Log } from '../../src/ports/log.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { openStage, type StageOptions } from '../stages/executorStage.ts';
import type { Place } from './rows.ts';

/** Everything a person could read, by place. */
export type Seen = Readonly<Partial<Record<Place, string>>>;

export const UP = 'web-aaaaaaaaaa';
export const DOWN = 'web-bbbbbbbbbb';
export const RESTART = 'web-cccccccccc';
export const ALICE = { kind: 'person', name: 'alice' } as const;

/** Latency over its objective with the CPU at its height: more capacity is what is missing. */
export const BREACHED = { rps: 100, cpu_m_per_rps: 1.9, latency_ms_base: 260 };

/** One service with its executor, its log and its alerts within reach. */
export async function openTheatre(options: StageOptions = {}) {
  const lines: string[] = [];
  const say = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { info: say, warn: say, error: say };
  const stage = await openStage({ ...options, log });
  const alerts: string[] = [];
  const executor = new Executor({
    ...stage.deps,
    trust: PEOPLE.trust,
    alerts: [{ raise: ({ code, message }) => void alerts.push(`${code}: ${message}`) }],
  });
  return {
    ...stage,
    executor,
    alerts,
    run: (ms: number) => stage.run(ms, executor),
    asks: (name: string, replicas: number) => stage.wish(name, { arguments: { replicas }, requester: ALICE }),
    asksRestart: () =>
      stage.wish(RESTART, { tool: 'restart_pods', operation: 'restart_pods', arguments: {}, requester: ALICE }),
    /** What is told by now, in the words of the commands. */
    seen(): Seen {
      const decisions = stage.world.objects.list(KINDS.Decision, 'shop') as DecisionObject[];
      return {
        Decision: decisions.flatMap((decision) => tell(decision)).join('\n'),
        Event: stage
          .told()
          .map(({ reason, note }) => `${reason} ${note}`)
          .join('\n'),
        alert: alerts.join('\n'),
        status: JSON.stringify(stage.observer.views().map((view) => summary(view, stage.clock.now()))),
        log: lines.join('\n'),
      };
    },
  };
}

export type Theatre = Awaited<ReturnType<typeof openTheatre>>;
