import { z } from 'zod';
import { plainLine } from '../../kernel/plainText.ts';
import { err, ok } from '../../kernel/result.ts';
import { getEvents } from '../../tools/getEvents.ts';
import { getMetrics } from '../../tools/getMetrics.ts';
import { getWorkload } from '../../tools/getWorkload.ts';
import type { AnswerTool } from '../answer/answerTool.ts';
import { RUN_LIMITS } from '../runLimits.ts';
import { clean } from '../untrusted.ts';
import type { Role } from './role.ts';

interface About {
  /** `namespace/name`. */
  readonly service: string;
  /** `scale to 2`. */
  readonly what: string;
  /** Seen now, one line each, computed. */
  readonly evidence: readonly string[];
}

/** A Decision is on its way in steps: a step was written, and further ones follow. */
export interface StepsAhead extends About {
  readonly kind: 'steps';
  /** Replicas of the step just written, and wanted in the end. */
  readonly from: number;
  readonly to: number;
}

/** A step failed, and is undone where that was possible. */
export interface StepFailed extends About {
  readonly kind: 'failure';
  /** Why, as a code: `Unschedulable`, `CheckFailed`. */
  readonly code: string;
  readonly words: string;
  readonly phase: 'Failed' | 'RolledBack';
  readonly retriesLeft: number;
  /** The analysis asks for it again by itself while it is needed. */
  readonly isAskedAgain: boolean;
}

export type ExecutionFacts = StepsAhead | StepFailed;

/** `steady`: the next step as the rules have it. Reasons are a model's words, cleaned, or the rules' own. */
export type ExecutionPlan =
  | { readonly kind: 'steady' }
  | { readonly kind: 'pace'; readonly replicas?: number; readonly waitSeconds: number; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string }
  | { readonly kind: 'stop' | 'call_person'; readonly reason: string };

export const LONGEST_WAIT_S = 300;
const LONGEST_REASON = 400;

/** What passes by itself: there may be room, quota, time or an image the next time. A crash or a missed check comes back. */
const SAME_AGAIN_CAN_HELP: ReadonlySet<string> = new Set([
  'Unschedulable',
  'ReplicaFailure',
  'NotConverged',
  'ErrImagePull',
  'ImagePullBackOff',
]);

const Reason = z.string().max(1_000).describe('Why, in one plain sentence.');
const PACE = {
  name: 'pace',
  summary: 'Say how the next step is done: as planned, or smaller, or later.',
  input: z.strictObject({
    replicas: z
      .int()
      .min(0)
      .max(10_000)
      .nullable()
      .default(null)
      .describe('Where the next step stops, short of what is planned; null for as planned.'),
    wait_seconds: z.int().min(0).max(LONGEST_WAIT_S).default(0).describe('How long it waits; 0 for not at all.'),
    reason: Reason,
  }),
} as const satisfies AnswerTool;
const answer = (name: 'retry' | 'stop' | 'call_person', summary: string) =>
  ({ name, summary, input: z.strictObject({ reason: Reason }) }) as const satisfies AnswerTool;

const RETRY = answer('retry', 'Ask for the same once more. The rules judge it anew.');
const STOP = answer('stop', 'Leave it at this.');
const CALL = answer('call_person', 'Call a person to look.');

const Variables = z.strictObject({ service: z.string().max(317), facts: z.string().max(6_000) });

/**
 * Paces the steps of what was authorised, and says what follows a step that failed. It can make a step smaller or later, or
 * ask for the same again; what it says becomes a Decision that is judged like any other.
 */
export const executionEngine: Role<typeof Variables, ExecutionFacts, ExecutionPlan> = {
  id: 'execution-engine',
  version: 1,
  variables: Variables,
  tools: [getMetrics, getWorkload, getEvents],
  answers: [PACE, RETRY, STOP, CALL],
  limits: { ...RUN_LIMITS, steps: 4, tokens: 12_000, ms: 60_000 },
  offer: (facts) => ({
    answers: facts.kind === 'steps' ? [PACE, CALL] : [...(mayRetry(facts) ? [RETRY] : []), STOP, CALL],
  }),
  fill: (facts) => ({ service: clean(facts.service, 317), facts: factsText(facts) }),
  take: ({ name, args }, facts) => {
    const reason = clean(String(args['reason'] ?? ''), LONGEST_REASON);
    switch (name) {
      case 'pace': {
        if (facts.kind !== 'steps') return err('pace is for steps to come, and this one failed');
        const { replicas, wait_seconds: waitSeconds } = PACE.input.parse(args);
        const isOnTheWay = replicas !== null && (replicas - facts.from) * (replicas - facts.to) < 0;
        if (!isOnTheWay && waitSeconds === 0) return ok({ kind: 'steady' });
        return ok({ kind: 'pace', waitSeconds, reason, ...(isOnTheWay && { replicas }) });
      }
      case 'retry':
        if (facts.kind !== 'failure') return err('retry is for a step that failed, and none did');
        if (!isUndone(facts)) return err('what it changed still stands: the same again would change nothing');
        return mayRetry(facts) ? ok({ kind: name, reason }) : err('it was retried as often as it may be');
      case 'stop':
        return facts.kind === 'failure'
          ? ok({ kind: name, reason })
          : err('stop is for a step that failed, and none did: what was authorised goes on');
      case 'call_person':
        return ok({ kind: name, reason });
      default:
        return err(`${clean(name, 40)} is no answer of this role`);
    }
  },
  byRules: (facts) => {
    if (facts.kind === 'steps') return { kind: 'steady' };
    const { code, words, isAskedAgain } = facts;
    if (isAskedAgain) return { kind: 'stop', reason: 'the analysis asks for it again by itself while it is needed' };
    if (!SAME_AGAIN_CAN_HELP.has(code))
      return { kind: 'call_person', reason: `the same again cannot help after this: ${plainLine(words, 300)}` };
    if (mayRetry(facts)) return { kind: 'retry', reason: 'what failed can pass by itself: the same once more' };
    const reason = isUndone(facts)
      ? 'it was retried as often as it may be'
      : 'what it changed still stands: the same again would change nothing';
    return { kind: 'call_person', reason };
  },
};

const isUndone = ({ phase }: StepFailed): boolean => phase === 'RolledBack';
const mayRetry = (facts: StepFailed): boolean => isUndone(facts) && facts.retriesLeft > 0;

function factsText(facts: ExecutionFacts): string {
  const seen = facts.evidence.slice(0, 6).map((line) => `- ${clean(line, 160)}`);
  const head = [
    'Seen:',
    ...(seen.length === 0 ? ['- nothing'] : seen),
    'Facts:',
    `- asked for: ${clean(facts.what, 160)}`,
  ];
  if (facts.kind === 'steps') {
    const { from, to } = facts;
    return [
      ...head,
      `- now at ${from} replicas, on the way to ${to}`,
      '- a further step follows once this one is verified',
    ].join('\n');
  }
  const { code, words, phase, retriesLeft, isAskedAgain } = facts;
  return [
    ...head,
    `- a step failed: ${clean(code, 64)}: «${clean(words, 300)}»`,
    `- ${phase === 'RolledBack' ? 'it was undone' : 'it was not undone'}`,
    `- it may be asked for again ${isUndone(facts) ? retriesLeft : 0} times`,
    ...(isAskedAgain ? ['- the analysis asks for it again by itself while it is needed'] : []),
  ].join('\n');
}
