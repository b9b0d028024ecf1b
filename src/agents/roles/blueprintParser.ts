import { z } from 'zod';
import { err, ok } from '../../kernel/result.ts';
import { checkDraft, type RefusedText } from '../../schema/blueprint/checkDraft.ts';
import { differences, differenceWords } from '../../schema/blueprint/difference.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import { diffBlueprint } from '../../tools/diffBlueprint.ts';
import { validateBlueprint } from '../../tools/validateBlueprint.ts';
import type { AnswerTool } from '../answer/answerTool.ts';
import { inventsNumber } from '../ownNumbers.ts';
import { RUN_LIMITS } from '../runLimits.ts';
import { clean, fencedLines } from '../untrusted.ts';
import type { Role } from './role.ts';

/** What became of one version of a blueprint, computed. */
export interface BlueprintNews {
  /** Of the Blueprint, or the file. */
  readonly name: string;
  readonly version: string;
  readonly kind: 'new' | 'changed' | 'refused';
  /** Refused: each fault with its fix. Changed: each difference, with what it widens. New: what it grants. */
  readonly lines: readonly string[];
  readonly refused?: RefusedText;
  /** What stays in force while the newest is refused. */
  readonly inForce?: Blueprint;
}

export interface Explanation {
  /** A model's words, cleaned and capped. */
  readonly words?: string;
  /** The refused document with its faults mended and nothing else: checked, written anew, and put into force by nobody. */
  readonly draft?: string;
  /** What the draft would allow differently from what is in force; without one in force, nothing can be said. */
  readonly draftChanges?: readonly string[];
  /** Why a model's draft was dropped. */
  readonly dropped?: string;
}

/** More is cut out of a prompt, and then no draft is asked for. */
const LONGEST_TEXT = 6_000;
const LONGEST_WORDS = 400;
const LINES = 12;

const Text = z.string().max(2_000).describe('Two sentences at most, in plain words.');
const summary = 'Hand in what a person should know about this version of the blueprint.';
const EXPLAIN = {
  name: 'explain',
  summary,
  input: z.strictObject({
    text: Text,
    yaml: z
      .string()
      .max(20_000)
      .nullable()
      .default(null)
      .describe('Of a refused blueprint: the whole corrected document. Else null.'),
  }),
} as const satisfies AnswerTool;
/** Where there is nothing to draft there is nothing to look up either: the facts are all computed. */
const IN_WORDS = { name: 'explain', summary, input: z.strictObject({ text: Text }) } as const satisfies AnswerTool;

const Variables = z.strictObject({ name: z.string().max(320), facts: z.string().max(14_000) });
const LIMITS = { ...RUN_LIMITS, steps: 4, tokens: 16_000, ms: 90_000, answerTokens: 1_500 };

/**
 * Explains a version of a blueprint to the people who wrote it. A draft of its is kept only when it validates whole, is for
 * the same target, and differs only where the faults are; it goes to people and into force by their hands alone.
 */
export const blueprintParser: Role<typeof Variables, BlueprintNews, Explanation> = {
  id: 'blueprint-parser',
  version: 1,
  variables: Variables,
  tools: [validateBlueprint, diffBlueprint],
  answers: [EXPLAIN],
  limits: LIMITS,
  offer: (news) =>
    asksDraft(news)
      ? {}
      : { tools: [], answers: [IN_WORDS], limits: { ...LIMITS, answerTokens: RUN_LIMITS.answerTokens } },
  fill: (news) => ({ name: clean(news.name, 320), facts: factsText(news) }),
  take: (answer, news) => {
    const said = EXPLAIN.input.parse(answer.args);
    const text = clean(said.text, LONGEST_WORDS);
    const words = text === '' || inventsNumber(text, [factsText(news)]) ? {} : { words: text };
    const drafted = draftOf(said.yaml, news);
    return 'words' in words || drafted.draft !== undefined
      ? ok({ ...words, ...drafted })
      : err(drafted.dropped ?? 'it is empty or brings numbers of its own');
  },
  byRules: () => ({}),
};

function draftOf(yaml: string | null, { refused, inForce }: BlueprintNews): Omit<Explanation, 'words'> {
  if (yaml === null || yaml.trim() === '' || refused === undefined) return {};
  const checked = checkDraft(yaml, refused);
  if (!checked.ok) return { dropped: clean(checked.error, 300) };
  const { text, blueprint } = checked.value;
  return {
    draft: text,
    ...(inForce !== undefined && { draftChanges: differences(inForce, blueprint).map(differenceWords) }),
  };
}

const asksDraft = ({ refused }: BlueprintNews): boolean => refused !== undefined && refused.text.length <= LONGEST_TEXT;

function factsText(news: BlueprintNews): string {
  const { name, version, kind, lines, refused, inForce } = news;
  const drafts = asksDraft(news);
  // Each repeats what somebody wrote in the document: a value that was found, the name of a group.
  const shown = lines.slice(0, LINES).map((line) => `- ${clean(line, 300)}`);
  const more = lines.length > LINES ? [`- and ${lines.length - LINES} more`] : [];
  const found = fencedLines('blueprint', [...shown, ...more].join('\n'), LINES * 310);
  const stays =
    inForce === undefined ? 'Nothing is in force.' : `Version ${clean(inForce.version, 64)} stays in force.`;
  const about = `${clean(name, 320)} ${clean(version, 64)}`;
  switch (kind) {
    case 'refused':
      return [
        ...(drafts ? ['The refused document:', fencedLines('blueprint', refused?.text ?? '', LONGEST_TEXT)] : []),
        `${about} is refused. ${stays}`,
        'Its faults, each with its fix:',
        found,
        ...(drafts ? ['Draft the corrected document: mend the faults, change nothing else.'] : []),
      ].join('\n');
    case 'changed':
      return [`${about} is in force now. What changes:`, found].join('\n');
    case 'new':
      return [`${about} is new and in force. What it grants:`, found].join('\n');
  }
}
