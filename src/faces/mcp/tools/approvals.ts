import { z } from 'zod';
import type { ApprovalCard } from '../../../schema/api/approvals.ts';
import { judged, readOfRecord } from '../gate.ts';
import { approvalLine, approvalRow, verdictRow } from '../rows.ts';
import { PairName, recordName } from '../services.ts';
import { gateWords, given, lines, ours, theirs } from '../told.ts';
import { type Answer, type Call, Cursor, defineMcpTool, READS, refused, told } from '../tool.ts';

export const approvals = defineMcpTool({
  name: 'fairlead_approvals',
  title: 'Approvals',
  description:
    'What waits for people (or was decided), or one request with all that is known. Only people approve, on the linked page: nothing here can.',
  scope: 'read',
  role: 'viewer',
  annotations: READS,
  input: z.strictObject({
    approval: PairName.optional(),
    state: z.enum(['open', 'decided']).default('open'),
    cursor: Cursor,
  }),
  output: z.object({ approvals: z.array(z.object({})), next: z.string().optional() }),
  async run({ approval, state, cursor }, call) {
    if (approval !== undefined) return one(call, approval);
    const allowed = await judged(call, { tool: 'list_services', args: { of: `${state} approvals` }, of: undefined });
    if (!allowed.ok) return allowed.error;
    const list = await call.desk.views.approvalList(call.caller.who, { state, ...given('cursor', cursor) });
    if (!list.ok) return refused(ours(list.error.message));
    const rows = list.value.items.map((item) => approvalRow(call.desk, item));
    const none = state === 'open' ? 'Nothing waits for people.' : 'Nothing was decided yet.';
    return told(
      lines(
        rows.length === 0
          ? none
          : `${rows.length} ${state === 'open' ? 'waiting, the most urgent first' : 'decided, newest first'}:`,
        ...rows.slice(0, 10).map(approvalLine),
      ),
      { approvals: rows, ...given('next', list.value.next) },
    );
  },
});

async function one(call: Call, approval: string): Promise<Answer> {
  const { namespace, name } = recordName(approval);
  const card = await call.desk.views.approvalCard(call.caller.who, namespace, name);
  const blueprint = card.ok ? card.value.service : undefined;
  const record = { what: `approval ${approval}`, namespace, blueprint };
  const allowed = await judged(call, readOfRecord(call.desk, 'get_approval', record));
  if (!allowed.ok) return allowed.error;
  if (!card.ok) return refused(`${ours(card.error.message)}. fairlead_approvals lists them.`);
  const row = { ...approvalRow(call.desk, card.value), ...cardRow(card.value) };
  return told(
    lines(
      approvalLine(row),
      `Why: ${row.why}`,
      `Asked for by ${row.requester}; ${row.votes} votes. ${row.if_unanswered}`,
      ...row.stale.map((line) => `- the world moved: ${line}`),
      ...row.risks.map((line) => `- risk: ${line}`),
      ...row.words.map((line) => `- words: ${line}`),
    ),
    { approvals: [row] },
  );
}

const cardRow = (card: ApprovalCard) => ({
  decision: `${card.namespace}/${ours(card.decision)}`,
  requester: `${card.requester.kind} ${ours(card.requester.name, 100)}`,
  verdict: verdictRow(card.asking),
  stale: card.stale.map(
    ({ what, asked, now }) => `${ours(what, 60)}: ${theirs(asked, 100)} then, ${theirs(now, 100)} now`,
  ),
  changes: card.changes.diff.slice(0, 40).map(({ sign, text }) => `${sign} ${theirs(text, 200)}`),
  risks: card.risks.map(({ title, text }) => `${ours(title, 80)}: ${theirs(text)}`),
  reversible: card.reversible,
  evidence: card.evidence.map((line) => theirs(line)),
  words: card.words.map(({ by, text }) => `${ours(by, 100)}: ${theirs(text, 1_000)}`),
  votes_given: card.given.map(({ by, vote, counts, comment = '' }) =>
    `${ours(by, 64)} ${vote}${counts ? '' : ' (does not count)'} ${theirs(comment)}`.trim(),
  ),
  instead: card.alternatives.map(({ title, headline }) => `${ours(title, 200)}: ${gateWords(headline)}`),
  if_unanswered: ours(card.ifUnanswered),
});
