import { z } from 'zod';
import { err, ok } from '../../kernel/result.ts';
import { getEvents } from '../../tools/getEvents.ts';
import { getLogs } from '../../tools/getLogs.ts';
import { getMetrics } from '../../tools/getMetrics.ts';
import { getWorkload } from '../../tools/getWorkload.ts';
import type { AnswerTool } from '../answer/answerTool.ts';
import { RUN_LIMITS } from '../runLimits.ts';
import { clean } from '../untrusted.ts';
import type { Role } from './role.ts';

export interface VerificationFacts {
  /** `unclear`: the checks of a change cannot be judged, and are watched once more as long. `unjudged`: nor then. */
  readonly kind: 'unclear' | 'unjudged' | 'failed';
  /** `namespace/name`. */
  readonly service: string;
  /** `scale 3 to 2`. */
  readonly what: string;
  /** What the checks, or the failure, came to, computed. */
  readonly judged: readonly string[];
  /** Seen now, one line each, computed. */
  readonly evidence: readonly string[];
}

/** Texts are a model's words, cleaned, or the rules' own. A critical check that failed is undone without any of this. */
export type Judgement =
  | { readonly kind: 'hold' | 'ask_person'; readonly reason: string }
  | { readonly kind: 'undo'; readonly reason: string; readonly evidence: readonly string[] }
  | { readonly kind: 'cause'; readonly text: string };

const LONGEST = 400;
const Reason = z.string().max(1_000).describe('Why, in one plain sentence.');
const UNDO = {
  name: 'undo',
  summary: 'Ask for the change to be taken back. The rules judge it.',
  input: z.strictObject({
    reason: Reason,
    evidence: z.array(z.string().max(400)).min(1).max(5).describe('What you saw that speaks against the change.'),
  }),
} as const satisfies AnswerTool;
const CAUSE = {
  name: 'cause',
  summary: 'Of a change that failed: name the most likely cause.',
  input: z.strictObject({ text: z.string().max(1_000).describe('The cause, in one or two plain sentences.') }),
} as const satisfies AnswerTool;

/** Of a change whose checks cannot be judged. */
const UNCLEAR: readonly AnswerTool[] = [
  { name: 'hold', summary: 'Leave the change as it is for now.', input: z.strictObject({ reason: Reason }) },
  UNDO,
  { name: 'ask_person', summary: 'Call a person to look.', input: z.strictObject({ reason: Reason }) },
];

const Variables = z.strictObject({ service: z.string().max(317), facts: z.string().max(6_000) });

/**
 * Looks at a change whose checks cannot be judged, and names the cause of one that failed. It judges no check: what failed
 * is undone without it, and an undo that it asks for is judged by the gate.
 */
export const verificationEngine: Role<typeof Variables, VerificationFacts, Judgement> = {
  id: 'verification-engine',
  version: 1,
  variables: Variables,
  tools: [getMetrics, getEvents, getWorkload, getLogs],
  answers: [...UNCLEAR, CAUSE],
  limits: { ...RUN_LIMITS, steps: 5, tokens: 16_000, ms: 60_000 },
  offer: ({ kind }) => ({ answers: kind === 'failed' ? [CAUSE] : UNCLEAR }),
  fill: (facts) => ({ service: clean(facts.service, 317), facts: factsText(facts) }),
  take: ({ name, args }, { kind }) => {
    if ((name === 'cause') !== (kind === 'failed')) return err(`${clean(name, 40)} does not answer what was asked`);
    const reason = clean(String(args['reason'] ?? ''), LONGEST);
    switch (name) {
      case 'hold':
      case 'ask_person':
        return ok({ kind: name, reason });
      case 'undo': {
        const evidence = UNDO.input
          .parse(args)
          .evidence.map((line) => clean(line, 200))
          .filter((line) => line !== '');
        return evidence.length === 0 ? err('an undo needs evidence') : ok({ kind: name, reason, evidence });
      }
      case 'cause': {
        const text = clean(CAUSE.input.parse(args).text, LONGEST);
        return text === '' ? err('its cause is empty') : ok({ kind: name, text });
      }
      default:
        return err(`${clean(name, 40)} is no answer of this role`);
    }
  },
  byRules: ({ kind, judged }) => {
    switch (kind) {
      case 'unclear':
        return { kind: 'hold', reason: 'watched once more as long' };
      case 'unjudged':
        return { kind: 'ask_person', reason: 'its checks could not be judged twice' };
      case 'failed':
        return { kind: 'cause', text: judged.join('; ') };
    }
  },
};

const ASKED: Readonly<Record<VerificationFacts['kind'], string>> = {
  unclear: 'Its checks cannot be judged yet. They are watched once more as long. Answer hold, undo or ask_person.',
  unjudged: 'Its checks could not be judged twice: the change stays. Answer hold, undo or ask_person.',
  failed: 'It failed. Whether it is undone is settled already. Answer cause.',
};

function factsText({ kind, what, judged, evidence }: VerificationFacts): string {
  const list = (lines: readonly string[]): string[] =>
    lines.length === 0 ? ['- nothing'] : lines.slice(0, 8).map((line) => `- ${clean(line, 240)}`);
  return ['Seen:', ...list(evidence), 'Checks:', ...list(judged), `The change: ${clean(what, 160)}.`, ASKED[kind]].join(
    '\n',
  );
}
