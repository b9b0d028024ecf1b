import { OpenAiModel } from '../../adapters/openai/openaiModel.ts';
import { type Agents, RULE_AGENTS } from '../../agents/agents.ts';
import { GuardedModel } from '../../agents/model/guardedModel.ts';
import { type BudgetLimits, DEFAULT_BUDGET, ModelBudget } from '../../agents/model/modelBudget.ts';
import type { Proposer } from '../../agents/proposer.ts';
import { composeAgents, composeProposer } from '../../compose.ts';
import { redact } from '../../kernel/redact.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ChatModel } from '../../ports/model.ts';
import type { ModelRole } from '../../schema/modelRole.ts';
import { settle } from '../../testing/manualClock.ts';
import { PlainWords } from '../chat/plainWords.ts';
import type { Scenario } from '../format.ts';
import { isObject } from '../loose.ts';
import type { RunKind } from '../seen.ts';
import type { Turn } from '../turn.ts';
import { ScriptedServer } from './scriptedServer.ts';
import type { RealWork } from './work.ts';

/** Who proposes where a scenario brings no script of its own. */
export type ModelChoice =
  | { readonly kind: 'rules' }
  /** An endpoint where nobody listens. */
  | { readonly kind: 'none' }
  | { readonly kind: 'scripted' }
  /** One model for every role, and to chat with. */
  | {
      readonly kind: 'endpoint';
      readonly url: string;
      readonly name: string;
      readonly key: string;
      readonly clock: Clock;
    }
  /** Every role with a model of its own, as in a controller; undefined: rules alone for it. */
  | {
      readonly kind: 'roles';
      readonly of: (role: ModelRole) => ChatModel | undefined;
      readonly budget: BudgetLimits;
    };

/** Watches who decides in a run. */
export interface Around {
  /** Put around the rules planner, or around the engine beneath its fallback. */
  proposer(inner: Proposer): Proposer;
  agents(inner: Agents): Agents;
}

export interface ProposerParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly promptsDir: string;
  readonly work: RealWork;
  readonly around?: Around;
}

export interface PlayedModel {
  readonly proposer: Proposer;
  readonly agents: Agents;
  /** Whom operators chat with. */
  readonly chat: ChatModel;
  /** Requests to the endpoint so far. */
  requests(): number;
  close(): Promise<void>;
}

/** The key the product is given for a played endpoint: a canary that must appear nowhere. */
export const CANARY_KEY = 'sk-canary-7f3a9c1e5b2d8046';

/** The turns a run is played with; undefined when whoever `choice` names proposes. */
export function turnsOf({ model }: Scenario, run: RunKind): readonly Turn[] | undefined {
  if (run === 'worst_case') return model.worst_case;
  return model.mode === 'scripted' ? (model.script ?? []) : undefined;
}

export async function playedModel(
  scenario: Scenario,
  turns: readonly Turn[] | undefined,
  choice: ModelChoice,
  parts: ProposerParts,
): Promise<PlayedModel> {
  const { clock, log, promptsDir, work, around } = parts;
  const agentParts = {
    clock,
    log,
    promptsDir,
    passMs: 15_000,
    ...(around && { around: (inner: Proposer) => around.proposer(inner) }),
  };
  const over = (model: ChatModel | undefined): Pick<PlayedModel, 'proposer' | 'agents' | 'chat'> => ({
    proposer: composeProposer(model, agentParts),
    chat: model === undefined ? new PlainWords() : guardedChat(model, parts),
    agents: around?.agents(RULE_AGENTS) ?? RULE_AGENTS,
  });
  if (turns !== undefined) {
    const server = await ScriptedServer.start({ turns, about: aboutWhat(scenario, turns), clock, work });
    const model = new OpenAiModel({ model: 'scripted', baseUrl: server.baseUrl, apiKey: CANARY_KEY, clock });
    return { ...over(new Awaited(model, work)), requests: () => server.asked, close: () => server.stop() };
  }
  switch (choice.kind) {
    case 'rules':
    case 'scripted':
      return { ...over(undefined), requests: () => 0, close: () => Promise.resolve() };
    case 'none': {
      const nowhere = { model: 'none', baseUrl: 'http://127.0.0.1:9/v1', apiKey: CANARY_KEY, clock };
      const model = new Awaited(new OpenAiModel(nowhere), work);
      return { ...over(model), requests: () => model.asked, close: () => Promise.resolve() };
    }
    case 'endpoint': {
      const { url, name, key, clock: own } = choice;
      const model = new Awaited(new OpenAiModel({ model: name, baseUrl: url, apiKey: key, clock: own }), work);
      const guard = guardedChat(model, parts);
      const all = composeAgents(() => guard, agentParts);
      const agents = around?.agents(all) ?? all;
      return { ...over(guard), agents, chat: guard, requests: () => model.asked, close: () => Promise.resolve() };
    }
    case 'roles': {
      const budget = new ModelBudget(choice.budget);
      const exchanges = new Map<ChatModel, { readonly awaited: Awaited; readonly guard: GuardedModel }>();
      const guarded = (role: ModelRole): ChatModel | undefined => {
        const model = choice.of(role);
        if (model === undefined) return undefined;
        const known = exchanges.get(model);
        if (known !== undefined) return known.guard;
        const awaited = new Awaited(model, work);
        const guard = new GuardedModel(awaited, { clock, log, budget });
        exchanges.set(model, { awaited, guard });
        return guard;
      };
      const agents = composeAgents(guarded, agentParts);
      return {
        proposer: composeProposer(guarded('decision-engine'), agentParts),
        agents: around?.agents(agents) ?? agents,
        // What is measured are the roles.
        chat: new PlainWords(),
        requests: () => [...exchanges.values()].reduce((sum, { awaited }) => sum + awaited.asked, 0),
        close: () => Promise.resolve(),
      };
    }
  }
}

/** As `fairlead ask` has it: with a breaker, a budget, and no word of the key. */
const guardedChat = (model: ChatModel, { clock, log }: ProposerParts): ChatModel =>
  new GuardedModel(model, {
    clock,
    log,
    budget: new ModelBudget(DEFAULT_BUDGET),
    redact: (text) => redact(text, [CANARY_KEY]),
  });

/** What operators say; where nobody says anything, the Deployment the turns act on, or the first that is bound to a blueprint. */
function aboutWhat(scenario: Scenario, turns: readonly Turn[]): readonly string[] {
  const said = scenario.stimulus.flatMap(({ operator_message }) => operator_message?.text ?? []);
  if (said.length > 0) return said;
  const calls = turns.flatMap((turn) => turn.call ?? []);
  const named = calls.map(({ args }) => args['service']).find((service) => typeof service === 'string');
  const raw = turns.map((turn) => turn.raw_call?.['arguments_object']).find(isObject)?.['service'];
  const known = scenario.blueprints.map(({ applies_to }) => applies_to.deployment);
  const wanted = [named, raw].find((name) => typeof name === 'string' && known.includes(name));
  return [typeof wanted === 'string' ? wanted : (known[0] ?? '')];
}

/** Virtual time waits for its exchanges. */
class Awaited implements ChatModel {
  readonly label: string;
  readonly #model: ChatModel;
  readonly #work: RealWork;
  asked = 0;
  #open = 0;

  constructor(model: ChatModel, work: RealWork) {
    this.label = model.label;
    this.#model = model;
    this.#work = work;
  }

  complete(...[request, signal]: Parameters<ChatModel['complete']>): ReturnType<ChatModel['complete']> {
    this.asked += 1;
    return this.#work.track(this.#exchange(request, signal));
  }

  async #exchange(...[request, signal]: Parameters<ChatModel['complete']>): ReturnType<ChatModel['complete']> {
    this.#open += 1;
    try {
      return await this.#model.complete(request, signal);
    } finally {
      this.#open -= 1;
      // The server learns a moment later that nobody waits any more; till then its request still counts as parked.
      for (let turn = 0; turn < 1000 && this.#work.parked > this.#open; turn += 1) await settle();
    }
  }
}
