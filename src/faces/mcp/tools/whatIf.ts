import { z } from 'zod';
import { verdictView } from '../../../gateway/views/verdicts.ts';
import { verdictRecord } from '../../../schema/decisionObject.ts';
import type { Verdict } from '../../../schema/verdict.ts';
import { nextOf } from '../next.ts';
import { verdictRow } from '../rows.ts';
import { serviceAsked } from '../services.ts';
import { gateWords, lines, ours } from '../told.ts';
import { defineMcpTool, READS, told, unjudged } from '../tool.ts';
import { WISH_FIELDS, worded } from '../wishes.ts';

export const Judgement = {
  verdict: z.enum(['allowed', 'restricted', 'forbidden', 'deferred']),
  operation: z.string(),
  headline: z.string(),
  findings: z.array(z.object({})),
  instead: z.array(z.string()),
  next: z.string(),
};

export const whatIf = defineMcpTool({
  name: 'fairlead_what_if',
  title: 'What if',
  description:
    'What the rules would answer to an operation now, with every finding and what could be asked instead. Asks for nothing.',
  scope: 'read',
  role: 'viewer',
  annotations: READS,
  input: z.strictObject(WISH_FIELDS),
  output: z.object(Judgement),
  async run(fields, { desk, caller }) {
    const { namespace, target } = serviceAsked(desk, fields.service);
    const wish = worded({ ...fields, service: `${namespace}/${target}` });
    if (!wish.ok) return unjudged(`Not understood: ${wish.error}. Nothing was asked.`);
    const { tool, args } = wish.value;
    const answer = await desk.whatIf(caller, { tool, arguments: args });
    if (!answer.ok) return unjudged(`Not answered: ${ours(answer.error.message)}`);
    const { text, data } = judgementOf(answer.value.verdict, answer.value.alternatives);
    return told(lines(text, 'Nothing was asked for.'), data);
  },
});

/** A verdict in words that stand alone, and as data. */
export function judgementOf(verdict: Verdict, instead: readonly string[], then?: string) {
  const row = verdictRow(verdictView(verdictRecord(verdict)));
  const next = then ?? nextOf(verdict, instead);
  const ways = instead.map((line) => gateWords(line));
  const found = row.findings.filter(({ effect }) => effect !== 'note').slice(0, 8);
  return {
    text: lines(
      row.headline,
      ...found.map(({ rule, code, message }) => `- ${rule} ${code}: ${message}`),
      ways.length > 0 && `Instead: ${ways.join('; ')}`,
      `Next: ${next}`,
    ),
    data: { ...row, instead: ways, next },
  };
}
