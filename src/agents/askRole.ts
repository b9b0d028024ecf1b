import type { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ChatModel } from '../ports/model.ts';
import type { Judge } from '../schema/judgedCall.ts';
import type { Origin } from '../schema/records.ts';
import type { Target } from '../tools/service.ts';
import { rulesOrigin, runOrigin } from './origin.ts';
import type { Prompt } from './prompt.ts';
import type { Role } from './roles/role.ts';
import { type RunResult, run } from './run.ts';
import type { Exchange } from './runEnd.ts';

/** Whom a role asks, and for how long at most (ms). */
export interface RoleModel<V extends z.ZodObject> {
  readonly model: ChatModel;
  readonly prompt: Prompt<V>;
  readonly clock: Clock;
  readonly log: Log;
  readonly withinMs: number;
}

/** What one question is about, and where its calls are judged and its exchanges recorded. */
export interface Desk {
  readonly runId: string;
  /** The Deployment it is about; with an empty name, none in particular. */
  readonly own: Target;
  readonly judge: Judge;
  /** False when it could not be recorded, which ends the run. */
  readonly record: (exchange: Exchange) => Promise<boolean>;
}

export interface Said<Conclusion> {
  readonly conclusion: Conclusion;
  /** Who concluded it, from which prompt, at what cost; of rules, with a note why no model did. */
  readonly origin: Origin;
  readonly byModel: boolean;
}

/**
 * Asks a role one question. It always answers, within `withinMs`, and never rejects: when there is no model, or it is slow,
 * fails, or says nothing that can be used, the rules of the role answer, and the origin and the log say why.
 */
export async function askRole<V extends z.ZodObject, Facts, Conclusion>(
  role: Role<V, Facts, Conclusion>,
  asked: RoleModel<V> | undefined,
  facts: Facts,
  desk: Desk,
  signal: AbortSignal,
): Promise<Said<Conclusion>> {
  const byRules = (note?: string): Said<Conclusion> => ({
    conclusion: role.byRules(facts),
    origin: { ...rulesOrigin(desk.runId, note), role: role.id },
    byModel: false,
  });
  if (asked === undefined) return byRules();
  const answered = await answerOf(role, asked, facts, desk, signal).catch((cause: unknown) => String(cause));
  if (typeof answered !== 'string') return answered;
  if (!signal.aborted) {
    asked.log.warn({ agent: role.id, run: desk.runId, why: answered }, 'rules answer without the model');
  }
  return byRules(answered);
}

/** A sentence: why there is no answer. */
async function answerOf<V extends z.ZodObject, Facts, Conclusion>(
  role: Role<V, Facts, Conclusion>,
  { model, prompt, clock, withinMs }: RoleModel<V>,
  facts: Facts,
  desk: Desk,
  signal: AbortSignal,
): Promise<Said<Conclusion> | string> {
  const { tools, answers, limits } = { ...role, ...role.offer?.(facts) };
  const { end, cost } = await run(
    {
      ...desk,
      role: role.id,
      model,
      clock,
      system: prompt.system,
      user: prompt.render(role.fill(facts)),
      tools,
      answers,
      limits: { ...limits, ms: Math.min(limits.ms, withinMs) },
    },
    signal,
  );
  if (end.kind === 'gave-up') return `${end.why}: ${end.message}${spent(cost)}`;
  if (end.kind === 'proposal') return `a change was proposed where none is asked for${spent(cost)}`;
  const taken = role.take(end, facts);
  if (!taken.ok) return `its answer is not used: ${taken.error}${spent(cost)}`;
  return {
    conclusion: taken.value,
    origin: runOrigin(role.id, prompt.ref, model.label, desk.runId, cost),
    byModel: true,
  };
}

/** What nobody got anything for is still to be seen. */
const spent = ({ promptTokens, completionTokens }: RunResult['cost']): string =>
  promptTokens + completionTokens === 0 ? '' : ` (${promptTokens} + ${completionTokens} tokens)`;
