import { type Agents, RULE_AGENTS } from '../agents/agents.ts';
import type { Desk, Said } from '../agents/askRole.ts';
import type { ExecutionPlan } from '../agents/roles/executionEngine.ts';
import type { Judgement } from '../agents/roles/verificationEngine.ts';
import { answerCall } from '../calls/answerCall.ts';
import { judgeCall } from '../calls/judge.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { AlertCode } from '../schema/alertCodes.ts';
import type { DecisionObject } from '../schema/decisionObject.ts';
import { eventObject } from '../schema/eventObject.ts';
import type { EventReason } from '../schema/eventReasons.ts';
import { KINDS } from '../schema/kube.ts';
import type { Origin } from '../schema/records.ts';
import { type ChildDeps, createChild } from './createChild.ts';
import { type Question, questionsOf } from './questions.ts';

export interface FollowUpDeps extends ChildDeps {
  readonly agents: Agents;
}

/** With more than so many under way the rules answer the rest: much fails at once, and models would come too late. */
const CROWD = 10;
const KNOWN = 2_000;

const ROLES = { execution: 'execution-engine', verification: 'verification-engine' } as const;

/**
 * Asks the Execution Engine and the Verification Engine what running and failed Decisions leave open, each question once and
 * beside the pass. What they answer is put on record, and becomes a child Decision, an Event or a call for a person: the
 * executor waits for none of it and judges each child anew.
 */
export class FollowUps {
  readonly #deps: FollowUpDeps;
  readonly #asked = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(deps: FollowUpDeps) {
    this.#deps = deps;
  }

  /** Waits for nothing, and never throws. */
  look(views: readonly ServiceView[], decisions: readonly DecisionObject[]): void {
    if (this.#stop.signal.aborted) return;
    const now = this.#deps.clock.now();
    for (const decision of decisions) {
      const { namespace } = decision.metadata;
      const view = views.find((one) => one.namespace === namespace && one.name === decision.spec.blueprint.name);
      if (view === undefined) continue;
      for (const question of questionsOf(decision, view, decisions, now)) this.#ask(question);
    }
  }

  /** Resolves when nothing is being asked. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.idle();
  }

  #ask(question: Question): void {
    if (this.#asked.has(question.key)) return;
    this.#asked.add(question.key);
    // The oldest are too old to come up again.
    for (const key of this.#asked) if (this.#asked.size > KNOWN) this.#asked.delete(key);
    const agents = this.#running.size < CROWD ? this.#deps.agents : RULE_AGENTS;
    const running = this.#answer(question, agents)
      .catch((error: unknown) => {
        this.#deps.log.error({ decision: named(question.decision), error: String(error) }, 'a follow-up failed');
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #answer(question: Question, agents: Agents): Promise<void> {
    const run = `follow-${this.#deps.ids.fresh()}`;
    // An unwritable journal costs no model call (P4).
    const { decision, facts } = question;
    const evidence = facts.kind === 'failed' || facts.kind === 'unclear' ? facts.judged : facts.evidence;
    if (!(await this.#journal('observed', run, { service: facts.service, evidence: evidence.slice(0, 12) }))) {
      this.#asked.delete(question.key);
      return;
    }
    const desk = this.#desk(question, run);
    const said =
      question.role === 'execution'
        ? await agents.execution.ask(question.facts, desk, this.#stop.signal)
        : await agents.verification.ask(question.facts, desk, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    const recorded = await this.#journal('said', run, {
      role: ROLES[question.role],
      about: facts.service,
      decision: decision.metadata.name,
      words: wordsOf(said.conclusion),
      conclusion: said.conclusion,
      origin: said.origin,
    });
    if (recorded) await this.#follow(question, said, run);
  }

  async #follow(question: Question, { conclusion, origin, byModel }: Said<ExecutionPlan | Judgement>, run: string) {
    switch (conclusion.kind) {
      case 'steady':
      case 'stop':
      case 'hold':
        return;
      case 'cause':
        return this.#tell(question, 'CauseNamed', `${byWhom(origin)}: «${conclusion.text}»`, 'cause');
      case 'call_person':
      case 'ask_person': {
        // What failed for good, or could not be judged, the executor has called a person for already.
        const isCalled = question.status.phase === 'Failed' || question.status.phase === 'Inconclusive';
        if (!byModel && isCalled) return;
        return this.#callPerson(question, `${byWhom(origin)}: «${conclusion.reason}»`);
      }
      case 'pace':
      case 'retry':
      case 'undo': {
        const refused = await createChild(this.#deps, question, conclusion, origin, run);
        if (refused === undefined || conclusion.kind === 'pace') return;
        return this.#callPerson(question, `${conclusion.kind} was wanted and is refused: ${refused}`);
      }
    }
  }

  #desk({ role, decision }: Question, run: string): Desk {
    const requester = { kind: 'agent' as const, name: ROLES[role] };
    const { namespace, name } = decision.spec.target;
    return {
      runId: run,
      own: { namespace, name },
      judge: async (call) => {
        const judged = await judgeCall(this.#deps, call, requester, run);
        return judged.ok ? answerCall(this.#deps, judged.value) : { kind: 'unavailable', message: judged.error };
      },
      record: (exchange) => this.#journal('model', run, { ...exchange, role: ROLES[role] }),
    };
  }

  async #callPerson(question: Question, words: string): Promise<void> {
    const { metadata, spec } = question.decision;
    const code: AlertCode = question.role === 'execution' ? 'StepFailed' : 'Unclear';
    const message = `${code}: ${words} (Decision ${metadata.name})`;
    const service = `${spec.target.namespace}/${spec.target.name}`;
    await this.#journal('alert', metadata.name, { code, message, service });
    await this.#tell(question, 'FairleadAlert', message, code);
    this.#deps.log.warn({ decision: named(question.decision), service, code, alert: message }, 'a person is called');
  }

  /** On the Deployment, beside what the executor tells there; nothing waits for its success. */
  async #tell({ decision }: Question, reason: EventReason, note: string, key: string): Promise<void> {
    const { metadata, spec } = decision;
    const { namespace, name, uid } = spec.target;
    const event = eventObject(
      {
        reason,
        key: `${metadata.name}.${key}`,
        note,
        action: spec.tool,
        role: 'controller',
        namespace,
        deployment: { name, ...(uid !== undefined && { uid }) },
        decision: { name: metadata.name, ...(metadata.uid !== undefined && { uid: metadata.uid }) },
      },
      this.#deps.clock.now(),
    );
    const told = await this.#deps.records.create(KINDS.Event, event);
    if (!told.ok && told.error.code !== 'conflict') {
      this.#deps.log.warn({ decision: named(decision), error: told.error.message }, 'event not written');
    }
  }

  async #journal(kind: 'observed' | 'model' | 'said' | 'alert', subject: string, data: Record<string, unknown>) {
    return (await this.#deps.journal.append({ kind, subject, data })).ok;
  }
}

function wordsOf(conclusion: ExecutionPlan | Judgement): string {
  switch (conclusion.kind) {
    case 'steady':
      return 'the next step as planned';
    case 'cause':
      return `the cause: ${conclusion.text}`;
    case 'pace': {
      const stops = conclusion.replicas === undefined ? '' : ` to ${conclusion.replicas}`;
      return `pace${stops}, wait ${conclusion.waitSeconds} s: ${conclusion.reason}`;
    }
    default:
      return `${conclusion.kind}: ${conclusion.reason}`;
  }
}

const byWhom = ({ prompt, model, role }: Origin): string =>
  prompt === '' ? `${role} (rules, not a model)` : `${role}, in the words of a model (${model}), checked by nobody`;

const named = ({ metadata }: Pick<DecisionObject, 'metadata'>): string => `${metadata.namespace}/${metadata.name}`;
