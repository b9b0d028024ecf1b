import type { Agents } from '../agents/agents.ts';
import { floorOf, onFloor } from '../agents/floor.ts';
import { RULES_MODEL } from '../agents/origin.ts';
import type { Proposal, ProposalContext, Proposer } from '../agents/proposer.ts';
import { governanceEnforcer } from '../agents/roles/governanceEnforcer.ts';
import { evidenceLines } from '../analysis/evidence.ts';
import { answerCall } from '../calls/answerCall.ts';
import { alternativeLines, type JudgeDeps, type Judged, judgeCall } from '../calls/judge.ts';
import { isoInstant } from '../kernel/instant.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { verdictOn } from '../observe/verdictOn.ts';
import type { RecordWriter } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import type { AlertCode } from '../schema/alertCodes.ts';
import type { Assessment, Candidate } from '../schema/assessment.ts';
import { eventObject } from '../schema/eventObject.ts';
import type { AskedCall, JudgedCall } from '../schema/judgedCall.ts';
import { KINDS } from '../schema/kube.ts';
import { newDecision } from '../schema/newDecision.ts';
import type { Origin } from '../schema/records.ts';
import type { Requester } from '../schema/request.ts';
import type { Verdict } from '../schema/verdict.ts';
import { wishWords } from '../schema/wish.ts';
import { candidateArgs } from '../tools/candidateArgs.ts';
import { TOOLS } from '../tools/catalog.ts';
import { repeats } from './wishes.ts';
import { writeBrief } from './writeBrief.ts';

export interface ProposeDeps extends JudgeDeps {
  readonly records: RecordWriter;
  readonly proposer: Proposer;
  readonly agents: Agents;
  readonly log: Log;
}

/** One agent run for one service: context, proposal, verdict, and at most one wish plus the first refused one as Decisions. */
export class Propose {
  readonly #deps: ProposeDeps;
  readonly #view: ServiceView;
  readonly #run: string;
  /** The Decision of the first refused wish, on its way: the run does not wait for its brief. */
  #refusal: Promise<unknown> | undefined;

  constructor(deps: ProposeDeps, view: ServiceView) {
    this.#deps = deps;
    this.#view = view;
    this.#run = `run-${deps.ids.fresh()}`;
  }

  /** True when the situation is settled for now: nothing new would come of asking again at once. */
  async run(signal: AbortSignal): Promise<boolean> {
    const context = this.#context(signal);
    if (context === undefined) return false;
    const { assessment } = context;
    const opened = await this.#journal('observed', { service: context.service, evidence: evidenceLines(assessment) });
    if (!opened) return false;
    const proposal = await this.#deps.proposer.propose(context, signal);
    await this.#refusal;
    if (signal.aborted) return false;
    return proposal.kind === 'change' ? this.#take(proposal, signal) : this.#held(proposal);
  }

  #context(signal: AbortSignal): ProposalContext | undefined {
    const { blueprint, workload, assessment } = this.#view;
    if (blueprint === undefined || workload === undefined || assessment === undefined) return undefined;
    return {
      now: this.#deps.clock.now(),
      runId: this.#run,
      service: `${blueprint.target.namespace}/${blueprint.target.name}`,
      blueprint,
      workload,
      assessment,
      candidates: assessment.candidates.map((candidate) => {
        const verdict = this.#verdictOn(candidate);
        return verdict === undefined ? { candidate } : { candidate, verdict };
      }),
      recentDecisions: this.#recent(),
      judge: (call) => this.#judge(call, signal),
      record: (exchange) => this.#journal('model', { ...exchange }),
    };
  }

  /** What the gate would say to a candidate; nobody has asked for it yet. */
  #verdictOn(candidate: Candidate): Verdict | undefined {
    const tool = TOOLS.find((t) => t.name === candidate.tool && t.effect === 'change');
    const { blueprint } = this.#view;
    if (tool === undefined || blueprint === undefined) return undefined;
    const service = `${blueprint.target.namespace}/${blueprint.target.name}`;
    const args = candidateArgs(candidate, service, 'candidate');
    const { clock, ownNamespace } = this.#deps;
    const imagined = { tool: tool.name, args, wanted: tool.wanted(args) };
    return verdictOn(this.#view, imagined, { now: clock.now(), ownNamespace });
  }

  #recent(): ProposalContext['recentDecisions'] {
    return this.#deps
      .decisions()
      .filter((d) => d.metadata.namespace === this.#view.namespace && d.spec.blueprint.name === this.#view.name)
      .slice(-5)
      .reverse()
      .map((d) => ({
        at: Date.parse(d.metadata.creationTimestamp ?? '') || 0,
        what: wishWords(d.spec.tool, d.spec.arguments),
        phase: d.status?.phase ?? 'Pending',
        reason: (d.status?.phase === 'Rejected' ? d.status.message : d.status?.reason) ?? '',
      }));
  }

  /** A call of the run. The first refused wish of a run becomes a Decision as well; all others stand in the journal only. */
  async #judge(call: AskedCall, signal: AbortSignal): Promise<JudgedCall> {
    const judged = await judgeCall(this.#deps, call, this.#requester(), this.#run);
    if (!judged.ok) return { kind: 'unavailable', message: judged.error };
    const answer = await answerCall(this.#deps, judged.value);
    if (answer.kind === 'refused' && call.effect !== 'read' && this.#refusal === undefined) {
      const reason = call.args['reason'];
      const words = typeof reason === 'string' ? reason : '';
      this.#refusal = this.#create(judged.value, words, this.#refusedOrigin(), {}, signal);
    }
    return answer;
  }

  #requester(): Requester {
    return { kind: 'agent', name: this.#deps.proposer.label.slice(0, 200) };
  }

  /** Costs of a run are known at its end; a wish refused in its middle names the run, whose journal has them. */
  #refusedOrigin(): Origin {
    const { label, prompt = '' } = this.#deps.proposer;
    const none = { steps: 0, promptTokens: 0, completionTokens: 0, seconds: 0, read: [] };
    return { role: 'decision-engine', prompt, model: label.slice(0, 200), ...none, run: this.#run };
  }

  async #take(proposal: Extract<Proposal, { kind: 'change' }>, signal: AbortSignal): Promise<boolean> {
    const tool = TOOLS.find((t) => t.name === proposal.tool && t.effect === 'change');
    const target = tool?.target(proposal.args);
    const wanted = tool?.wanted(proposal.args);
    if (tool === undefined || target === undefined || wanted === undefined) return false;
    // Where the rules stood in for a silent model, the wish is theirs and says so.
    const requester: Requester =
      proposal.origin.role === 'rules' ? { kind: 'agent', name: RULES_MODEL } : this.#requester();
    const asked: AskedCall = { tool: tool.name, effect: 'change', args: proposal.args, wanted, target };
    const judged = await judgeCall(this.#deps, asked, requester, this.#run);
    if (!judged.ok) {
      this.#deps.log.error(
        { run: this.#run, error: judged.error },
        'the journal cannot be written: nothing is asked for',
      );
      return false;
    }
    if (judged.value.asksPeople && judged.value.verdict.authority === 'allowed') return true;
    const floor = await this.#floorFirst(judged.value, proposal, signal);
    if (floor !== undefined) return floor;
    if (this.#repeats(judged.value)) return true;
    return !(await this.#create(judged.value, proposal.rationale, proposal.origin, proposal, signal));
  }

  /**
   * Where capacity is short, a wish that only a person could let pass must not stand in front of the floor that the rules
   * let pass: asking for too much, again and again, would hold a service down. Undefined: it does not.
   */
  async #floorFirst(
    { verdict }: Judged,
    proposal: Extract<Proposal, { kind: 'change' }>,
    signal: AbortSignal,
  ): Promise<boolean | undefined> {
    const { assessment, workload, blueprint } = this.#view;
    if (verdict.authority === 'allowed' || !assessment || !workload || !blueprint) return undefined;
    const { namespace, name } = blueprint.target;
    const own = { assessment, workload, blueprint, service: `${namespace}/${name}` };
    const floor = floorOf(own);
    if (floor?.direction !== 'up' || floor.replicas > blueprint.scaling.maxReplicas) return undefined;
    const instead = onFloor({ kind: 'hold', reason: wantedWords(proposal), origin: proposal.origin }, own);
    if (instead.kind !== 'change' || proposal.args['replicas'] === floor.replicas) return undefined;
    return this.#take(instead, signal);
  }

  #repeats({ request, verdict }: Judged): boolean {
    const now = this.#deps.clock.now();
    const isPressed = (this.#view.assessment?.pressure.length ?? 0) > 0;
    return repeats(request, verdict, this.#deps.decisions(), { now, isPressed }) !== undefined;
  }

  /** True when the Decision was created. */
  async #create(
    judged: Judged,
    rationale: string,
    origin: Origin,
    extra: { readonly objection?: string; readonly confidence?: number },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { request, verdict, view, head } = judged;
    // A wish about something no blueprint governs is kept under the service whose run it came from.
    const blueprint = view?.blueprint ?? this.#view.blueprint;
    if (blueprint === undefined) return false;
    if (this.#repeats(judged)) return false;
    const briefed = await this.#brief(judged, rationale, signal);
    const { assessment, workload } = this.#view;
    const object = newDecision(
      {
        blueprint,
        uid: view?.workload?.uid,
        request,
        verdict,
        rationale,
        ...(extra.objection === undefined ? {} : { objection: extra.objection }),
        ...(extra.confidence === undefined ? {} : { confidence: extra.confidence }),
        evidence: assessment ? evidenceLines(assessment) : [],
        origin,
        ...briefed,
        journal: head,
      },
      isoInstant(workload?.at ?? this.#deps.clock.now()),
    );
    const created = await this.#deps.records.create(KINDS.Decision, object);
    if (!created.ok && created.error.code !== 'conflict') {
      this.#deps.log.error(
        { decision: `${object.metadata.namespace}/${request.id}`, error: created.error.message },
        'a decision could not be created',
      );
      return false;
    }
    return true;
  }

  /** Waits for a model no longer than one pass; what is written without one has the same facts. */
  async #brief(judged: Judged, rationale: string, signal: AbortSignal): ReturnType<typeof writeBrief> {
    const { request, verdict, view } = judged;
    const alternatives = alternativeLines(this.#deps, judged);
    const desk = {
      runId: this.#run,
      own: request.target,
      judge: (call: AskedCall) => this.#judge(call, signal),
      record: (exchange: object) => this.#journal('model', { ...exchange, role: governanceEnforcer.id }),
    };
    const asked = { request, verdict, view, rationale, alternatives };
    const written = await writeBrief(this.#deps.agents.enforcer, asked, desk, signal);
    if (written !== undefined) {
      const { namespace, name } = request.target;
      const words = `wrote the brief of ${request.id}`;
      const about = `${namespace}/${name}`;
      await this.#journal('said', {
        role: governanceEnforcer.id,
        about,
        words,
        brief: written.brief,
        origin: written.briefBy,
      });
    }
    return written;
  }

  /** A run that proposes nothing is put on record; an anomaly that only a person can mend calls one. */
  async #held(proposal: Exclude<Proposal, { kind: 'change' }>): Promise<boolean> {
    const words = proposal.kind === 'hold' ? proposal.reason : `${proposal.why}: ${proposal.message}`;
    const noted = await this.#journal('held', { kind: proposal.kind, words, origin: proposal.origin });
    const { assessment } = this.#view;
    if (assessment?.anomaly !== undefined) await this.#callPerson('Anomaly', assessment.anomaly);
    else if (assessment !== undefined && isOutOfRoom(assessment)) {
      const missed = `missed: ${assessment.breach.join(', ')}`;
      await this.#callPerson('AtMaximum', `${missed}; ${assessment.recommendation.reason}`);
    }
    return noted;
  }

  async #callPerson(code: AlertCode, message: string): Promise<void> {
    const { blueprint, workload } = this.#view;
    if (blueprint === undefined) return;
    const { namespace, name } = blueprint.target;
    await this.#journal('alert', { code, message, service: `${namespace}/${name}` });
    const event = eventObject(
      {
        reason: 'FairleadAlert',
        key: this.#run,
        note: `${code}: ${message}`,
        action: 'hold',
        role: 'controller',
        namespace,
        deployment: { name, ...(workload ? { uid: workload.uid } : {}) },
      },
      this.#deps.clock.now(),
    );
    await this.#deps.records.create(KINDS.Event, event);
    this.#deps.log.warn({ service: `${namespace}/${name}`, code, alert: message }, 'a person is called');
  }

  async #journal(
    kind: 'observed' | 'model' | 'said' | 'held' | 'alert',
    data: Record<string, unknown>,
  ): Promise<boolean> {
    return (await this.#deps.journal.append({ kind, subject: this.#run, data })).ok;
  }
}

/** An objective is missed for want of capacity, and the blueprint has no more: the analysis would go beyond it. */
const isOutOfRoom = ({ breach, recommendation: { direction, started } }: Assessment): boolean =>
  breach.length > 0 && direction === 'hold' && started;

const wantedWords = ({ tool, args, rationale }: Extract<Proposal, { kind: 'change' }>): string =>
  `${tool}${typeof args['replicas'] === 'number' ? ` to ${args['replicas']}` : ''}, which needs an approval: ${rationale}`;
