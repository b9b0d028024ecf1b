import { err, ok, type Result } from '../../kernel/result.ts';
import type { DecisionDetail } from '../../schema/api/records.ts';
import { changeOf } from '../../schema/changeRecord.ts';
import { KINDS } from '../../schema/kube.ts';
import type { ChangeRecord, DecisionSpec, DecisionStatus } from '../../schema/records.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import { fieldLines } from './changeDiff.ts';
import { decisionSummary } from './decisionSummary.ts';
import { type DecisionRecord, readDecision, readRequest } from './records.ts';
import { replayOf } from './replayOf.ts';
import { instant, name, sentence } from './told.ts';
import { verdictView } from './verdicts.ts';
import { voteViews } from './votes.ts';
import { wordsOf } from './words.ts';

/** One decision as it went: asked, judged, judged again, done, verified, undone; with what each rested on. */
export async function decisionDetail(
  deps: GatewayDeps,
  namespace: string,
  decisionName: string,
): Promise<Result<DecisionDetail, Refused>> {
  const read = await deps.reader.get(KINDS.Decision, namespace, decisionName);
  if (!read.ok) {
    return err({ code: 'unavailable', message: `the decision cannot be read now: ${sentence(read.error.message)}` });
  }
  const decision = read.value && readDecision(read.value);
  if (decision === undefined) {
    return err({
      code: 'notFound',
      message: 'there is no such decision, or none that can be read: it may have been kept long enough and removed',
    });
  }
  const { spec, status } = decision;
  const replay = await replayOf(deps, decision);
  return ok({
    ...decisionSummary(decision),
    words: wordsOf(spec),
    evidence: spec.evidence.map(sentence),
    asked: verdictView(spec.verdict),
    ...(status?.verdict && { again: verdictView(status.verdict) }),
    steps: stepsOf(decision),
    changes: (status?.changes ?? []).map(changeView),
    checks: (status?.failure?.checks ?? status?.verification?.checks ?? []).map((check) => ({
      name: name(check.name),
      critical: check.critical,
      outcome: check.outcome,
      message: sentence(check.message),
    })),
    votes: await votesOf(deps, decision),
    bound: boundTo(spec, status),
    ...(replay && { replay }),
  });
}

type Step = DecisionDetail['steps'][number];

const STATES: Readonly<Partial<Record<string, Step['state']>>> = {
  Succeeded: 'good',
  Refused: 'bad',
  RolledBack: 'bad',
  Failed: 'bad',
  Rejected: 'bad',
  Expired: 'bad',
  Deferred: 'waiting',
  AwaitingApproval: 'waiting',
};

/** Oldest first: when it was asked, and each phase the executor put it into, with its writes between. */
function stepsOf({ createdAt, spec, status }: DecisionRecord): Step[] {
  const asked: Step = {
    at: instant(createdAt),
    title: 'Asked',
    text: sentence(
      `by ${spec.requester.kind} ${spec.requester.name}, under blueprint ${spec.blueprint.name} ${spec.blueprint.version}`,
    ),
    state: 'plain',
  };
  const history = status?.history ?? [];
  const phases = history.map(({ phase, at, reason }, index) => ({
    ms: at,
    step: {
      at: instant(at),
      title: phase,
      text: sentence(index === history.length - 1 && status ? `${reason}: ${status.message}` : reason),
      state: STATES[phase] ?? 'plain',
    },
  }));
  const writes = (status?.changes ?? []).flatMap((change) =>
    change.appliedAt === undefined
      ? []
      : [
          {
            ms: change.appliedAt,
            step: {
              at: instant(change.appliedAt),
              title: change.undo ? 'Undone' : 'Written',
              text: sentence(changeWords(change)),
              state: 'plain' as const,
            },
          },
        ],
  );
  return [asked, ...[...phases, ...writes].sort((a, b) => a.ms - b.ms).map(({ step }) => step)];
}

const changeWords = ({ kind, before, after }: ChangeRecord): string =>
  `${kind} ${before || 'none'} to ${after || 'none'}`;

const FIELDS = {
  scale: 'spec.replicas',
  restart: 'spec.template: kubectl.kubernetes.io/restartedAt',
  resources: 'resources',
  rollback: 'spec.template',
} as const;

function changeView(record: ChangeRecord): DecisionDetail['changes'][number] {
  const { id, kind, undo, before, after, appliedAt, intentAt, log } = record;
  const change = changeOf(record);
  const container = change?.kind === 'resources' ? ` of container ${name(change.container)}` : '';
  const confirmed = appliedAt === undefined ? 'not confirmed' : `written ${instant(appliedAt)}`;
  return {
    id: name(id),
    undo,
    ...(appliedAt !== undefined && { at: instant(appliedAt) }),
    diff: fieldLines('', `${FIELDS[kind]}${container}`, before || undefined, after || undefined),
    text: sentence(`intent ${instant(intentAt)}, ${confirmed}; log head ${log}`),
  };
}

/** The votes of the request it was put to people in, newest of them where it was asked several times. */
async function votesOf(deps: GatewayDeps, { namespace, status }: DecisionRecord): Promise<DecisionDetail['votes']> {
  if (status?.approval === undefined) return [];
  const read = await deps.reader.get(KINDS.ApprovalRequest, namespace, status.approval);
  const request = read.ok && read.value !== undefined ? readRequest(read.value) : undefined;
  return request === undefined ? [] : voteViews(request, deps.trust);
}

/** What the decision was made under and for: any of it changed is another decision. */
function boundTo(spec: DecisionSpec, status: DecisionStatus | undefined): DecisionDetail['bound'] {
  const { blueprint, target, origin, parent, journal } = spec;
  const values: readonly (readonly [string, string | undefined])[] = [
    ['blueprint', `${blueprint.name} ${blueprint.version}`],
    ['blueprint hash', blueprint.hash],
    ['target', `${target.kind} ${target.namespace}/${target.name}`],
    ['target uid', target.uid],
    ['prompt', origin.prompt],
    ['model', origin.model],
    ['parent', parent],
    ['approval', status?.approval],
    ['log head when asked', journal],
    ['log head of the executor', status?.journal],
  ];
  return values.flatMap(([bound, value]) =>
    value === undefined || value === '' ? [] : [{ name: bound, value: name(value) }],
  );
}
