import type { Words } from '../../schema/api/common.ts';
import type { DecisionSpec, Origin } from '../../schema/records.ts';
import { name, paragraphs } from './told.ts';

/** Where a model's part of a brief begins; above it stand computed facts. */
const MODEL_PART = '\nIn the words of a model (';

/** Everything that a person or a model said with a request. Quoted, as plain text; no rule reads any of it. */
export function wordsOf({ requester, rationale, objection, origin, brief, briefBy }: DecisionSpec): Words[] {
  const by = requester.kind === 'person' ? name(requester.name) : originName(origin);
  const part = brief?.indexOf(MODEL_PART) ?? -1;
  const said =
    brief === undefined || part < 0
      ? ''
      : brief
          .slice(part + 1)
          .split('\n')
          .slice(1)
          .join('\n');
  const cost = requester.kind === 'person' ? {} : costOf(origin);
  return [
    ...(rationale.trim() === '' ? [] : [{ text: text(rationale), by, ...cost }]),
    ...(objection === undefined ? [] : [{ text: text(objection), by: `${by}, objecting`, ...cost }]),
    ...(said.trim() === '' || briefBy === undefined
      ? []
      : [{ text: text(said), by: originName(briefBy), ...costOf(briefBy) }]),
  ];
}

const text = (words: string): string => paragraphs(words, 2_000);

/** Rules wear no model's name. */
const originName = ({ role, prompt, model }: Origin): string =>
  prompt === '' ? `${name(role)} (${name(model)}: rules, not a model)` : name(role);

const costOf = ({ prompt, model, promptTokens, completionTokens, seconds, cost }: Origin): Partial<Words> =>
  prompt === ''
    ? {}
    : {
        prompt: name(prompt),
        model: name(model),
        tokens: promptTokens + completionTokens,
        seconds,
        ...(cost !== undefined && { cost }),
      };
