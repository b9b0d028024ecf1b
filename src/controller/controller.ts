import { type Agents, RULE_AGENTS } from '../agents/agents.ts';
import { floorOf } from '../agents/floor.ts';
import type { Proposer } from '../agents/proposer.ts';
import type { JudgeDeps } from '../calls/judge.ts';
import { readable } from '../calls/readable.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { RecordWriter } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import { type DecisionObject, isOpen } from '../schema/decisionObject.ts';
import type { KubeObject } from '../schema/kube.ts';
import { ExplainBlueprints } from './explainBlueprints.ts';
import { FollowUps } from './followUps.ts';
import { Propose } from './propose.ts';
import { Quiet } from './quiet.ts';

export interface ControllerDeps extends Omit<JudgeDeps, 'views' | 'decisions'> {
  /** Oldest first, as the API server keeps them. */
  decisions(): readonly KubeObject[];
  readonly records: RecordWriter;
  readonly proposer: Proposer;
  /** Who words briefs and explains blueprints; rules by default. */
  readonly agents?: Agents;
  readonly log: Log;
}

/**
 * Looks at every service once a pass. A calm one ends there: no model call, no write, no request. Where an objective is
 * missed or the analysis would act, one agent run per service starts in the background; a slow model holds up neither the
 * pass nor another service.
 */
export class Controller {
  readonly #deps: Omit<ControllerDeps, 'decisions'> & Pick<JudgeDeps, 'decisions'>;
  readonly #quiet = new Quiet();
  readonly #explain: ExplainBlueprints;
  readonly #followUps: FollowUps;
  /** The newest run of each service that is under way, and the ends of all. */
  readonly #running = new Map<string, Run>();
  readonly #ends = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #views: readonly ServiceView[] = [];

  constructor(deps: ControllerDeps) {
    this.#deps = { ...deps, decisions: () => readable(deps.decisions()) };
    const shared = { agents: RULE_AGENTS, ...this.#deps, views: () => this.#views };
    this.#explain = new ExplainBlueprints(shared);
    this.#followUps = new FollowUps(shared);
  }

  /** Never rejects, and waits for no model. A failure at one service stops at that service. */
  pass(views: readonly ServiceView[]): Promise<void> {
    this.#views = views;
    const decisions = this.#deps.decisions();
    for (const view of views) {
      try {
        if (this.#wantsRun(view, decisions)) this.#start(view);
      } catch (error) {
        this.#deps.log.error({ service: keyOf(view), error: String(error) }, 'a service was left out of this pass');
      }
    }
    this.#explain.look(views);
    this.#followUps.look(views, decisions);
    return Promise.resolve();
  }

  /** Resolves when no agent run is under way. */
  async idle(): Promise<void> {
    while (this.#ends.size > 0) await Promise.all(this.#ends);
    await this.#explain.idle();
    await this.#followUps.idle();
  }

  /** Ends runs under way; what they would have proposed is dropped. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#explain.stop();
    await this.#followUps.stop();
    await this.idle();
  }

  #wantsRun(view: ServiceView, decisions: readonly DecisionObject[]): boolean {
    const key = keyOf(view);
    const running = this.#running.get(key);
    // A model that still thinks about what was before must not hold back the scale-up that has started since (P8).
    if (running !== undefined && (running.isPressed || !isPressed(view))) return false;
    if (!needsAttention(view) || isBusy(view, decisions)) return false;
    return !this.#quiet.holds(key, view, this.#deps.clock.now(), this.#deps.ownNamespace);
  }

  #start(view: ServiceView): void {
    const key = keyOf(view);
    const deps = { agents: RULE_AGENTS, ...this.#deps, views: () => this.#views };
    this.#running.get(key)?.overtaken.abort();
    const overtaken = new AbortController();
    const ended = new Propose(deps, view)
      .run(AbortSignal.any([this.#stop.signal, overtaken.signal]))
      .then((settled) => {
        if (settled) this.#quiet.note(key, view, this.#deps.clock.now(), this.#deps.ownNamespace);
      })
      .catch((error: unknown) => this.#deps.log.error({ service: key, error: String(error) }, 'an agent run failed'))
      .finally(() => {
        if (this.#running.get(key) === run) this.#running.delete(key);
        this.#ends.delete(ended);
      });
    const run: Run = { overtaken, isPressed: isPressed(view) };
    this.#running.set(key, run);
    this.#ends.add(ended);
  }
}

interface Run {
  /** What it would have proposed is dropped: a newer run of the same service goes on. */
  readonly overtaken: AbortController;
  /** It began with a scale-up to propose, and so waits for its model no longer than a pass. */
  readonly isPressed: boolean;
}

const isPressed = ({ assessment, workload }: ServiceView): boolean =>
  assessment !== undefined && workload !== undefined && floorOf({ assessment, workload })?.direction === 'up';

export const keyOf = (view: ServiceView): string => `${view.namespace}/${view.name}`;

/** An objective is missed, something is anomalous, or the alarms of the analysis have been met. */
export function needsAttention({ blueprint, workload, assessment, matches }: ServiceView): boolean {
  if (blueprint === undefined || workload === undefined || assessment === undefined || matches !== 1) return false;
  const { breach, anomaly, recommendation, desired } = assessment;
  const acts = recommendation.started && recommendation.direction !== 'hold';
  const wantsBeyond = recommendation.started && (desired ?? 0) > blueprint.scaling.maxReplicas;
  return breach.length > 0 || anomaly !== undefined || acts || wantsBeyond;
}

/**
 * Something is under way on the service. A change being verified does not hold back a larger scale-up under pressure: that
 * one supersedes it; nor does a wish for anything but more replicas that still waits: the newer one replaces it. A request
 * that waits for a person holds back nothing but itself.
 */
export function isBusy(view: ServiceView, decisions: readonly DecisionObject[]): boolean {
  const { assessment, workload } = view;
  const presses =
    (assessment?.pressure.length ?? 0) > 0 &&
    assessment?.recommendation.direction === 'up' &&
    assessment.recommendation.replicas > (workload?.replicas ?? 0);
  return decisions.some((decision) => {
    if (decision.metadata.namespace !== view.namespace || decision.spec.blueprint.name !== view.name) return false;
    if (!isOpen(decision)) return false;
    const phase = decision.status?.phase ?? 'Pending';
    if (phase === 'AwaitingApproval') return false;
    if (!presses || phase === 'Executing') return true;
    const { tool, arguments: args } = decision.spec;
    return phase !== 'Verifying' && tool === 'scale' && (args.replicas ?? 0) > (workload?.replicas ?? 0);
  });
}
