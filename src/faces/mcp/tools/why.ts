import { z } from 'zod';
import type { DecisionDetail } from '../../../schema/api/records.ts';
import { KINDS } from '../../../schema/kube.ts';
import { DecisionStatus, FINAL, type Phase } from '../../../schema/records.ts';
import { judged, readOfRecord } from '../gate.ts';
import { decisionRow, linkTo, verdictRow } from '../rows.ts';
import { PairName, recordName } from '../services.ts';
import { given, lines, ours, theirs } from '../told.ts';
import { type Call, Detail, defineMcpTool, READS, refused, told } from '../tool.ts';

const MOST_WAIT = 50;
const LOOK_EVERY_MS = 1_000;

export const why = defineMcpTool({
  name: 'fairlead_why',
  title: 'Why',
  description:
    'One decision as it went: who asked, verdicts with every finding, votes, writes, checks, outcome. Can wait for its end.',
  scope: 'read',
  role: 'viewer',
  annotations: READS,
  input: z.strictObject({
    decision: PairName,
    wait_seconds: z.int().min(0).max(MOST_WAIT).default(0).describe('wait so long for its end'),
    detail: Detail,
  }),
  output: z.object({
    decision: z.string(),
    what: z.string(),
    phase: z.string(),
    ended: z.boolean(),
    verdict: z.object({}),
    steps: z.array(z.string()),
  }),
  async run({ decision, wait_seconds: seconds, detail }, call) {
    const { namespace, name } = recordName(decision);
    const first = await call.desk.views.decisionDetail(namespace, name);
    const blueprint = first.ok ? first.value.service : undefined;
    const record = { what: `decision ${decision}`, namespace, blueprint };
    const allowed = await judged(call, readOfRecord(call.desk, 'get_decisions', record));
    if (!allowed.ok) return allowed.error;
    if (!first.ok) return refused(`${ours(first.error.message)}. fairlead_decisions lists them.`);
    const one = await ended(call, first.value, seconds);
    const row = decisionRow(one);
    const asked = verdictRow(one.again ?? one.asked);
    const words = one.words.map(({ text, by }) => `${ours(by, 100)}: ${theirs(text, detail === 'full' ? 2_000 : 300)}`);
    const steps = one.steps.map(({ at, title, text }) => `${at} ${ours(title, 40)} ${theirs(text)}`);
    const votes = one.votes.map(({ by, vote, counts, comment = '' }) =>
      `${ours(by, 64)} ${vote}${counts ? '' : ' (does not count)'} ${theirs(comment)}`.trim(),
    );
    const isOver = isEnded(one);
    const link = linkTo(call.desk, 'decisions', namespace, name);
    return told(
      lines(
        `${decision}: ${row.what} on ${row.service}, asked for by ${row.by}: ${row.phase} (${row.reason}) ${row.message}`,
        `Verdict: ${asked.headline}`,
        ...asked.findings
          .filter(({ effect }) => effect !== 'note')
          .map(({ rule, code, message }) => `- ${rule} ${code}: ${message}`),
        ...votes.map((vote) => `- vote: ${vote}`),
        ...one.checks.map(
          ({ name: check, outcome, message }) => `- check ${ours(check, 64)} ${ours(outcome, 20)}: ${theirs(message)}`,
        ),
        !isOver && 'It has not ended yet: ask again with wait_seconds.',
      ),
      {
        ...row,
        ended: isOver,
        verdict: asked,
        steps,
        votes,
        changes: one.changes.map(({ text, undo, at = '' }) => `${at} ${undo ? 'undo ' : ''}${ours(text)}`.trim()),
        checks: one.checks.map((check) => ({
          ...check,
          name: ours(check.name, 64),
          outcome: ours(check.outcome, 20),
          message: theirs(check.message),
        })),
        words,
        ...given('link', link),
        ...(detail === 'full' && {
          asked: verdictRow(one.asked),
          evidence: one.evidence.map((line) => theirs(line)),
          bound: Object.fromEntries(one.bound.map(({ name: what, value }) => [ours(what, 60), ours(value)])),
          ...given('replay', one.replay && ours(one.replay.text)),
        }),
      },
    );
  },
});

const isEnded = ({ phase }: Pick<DecisionDetail, 'phase'>): boolean => FINAL.has(phase as Phase);

/** The decision when it has ended, or as it stands when the time is up; whoever waits hears where it stands. */
async function ended(call: Call, first: DecisionDetail, seconds: number): Promise<DecisionDetail> {
  const { clock, reader } = call.desk.calls;
  const { namespace, name } = first;
  const start = clock.now();
  let { phase, message }: Pick<DecisionDetail, 'phase' | 'message'> = first;
  let told = '';
  while (!isEnded({ phase }) && clock.now() < start + seconds * 1_000 && !call.signal.aborted) {
    if (phase !== told) await call.progress((clock.now() - start) / 1_000, seconds, `${phase}: ${ours(message)}`);
    told = phase;
    await clock.sleep(LOOK_EVERY_MS, call.signal);
    // The object alone: the whole story, which takes the journals, is told once.
    const read = await reader.get(KINDS.Decision, namespace, name);
    const status = read.ok ? DecisionStatus.safeParse(read.value?.status) : undefined;
    if (status?.success !== true) continue;
    ({ phase, message } = status.data);
  }
  if (phase === first.phase) return first;
  const last = await call.desk.views.decisionDetail(namespace, name);
  return last.ok ? last.value : first;
}
