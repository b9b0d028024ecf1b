import type { ComponentChildren, VNode } from 'preact';
import type { VerdictView } from '../../src/schema/api/common.ts';
import type { DecisionDetail } from '../../src/schema/api/records.ts';
import { capital, counted } from '../lib/format.ts';
import { clockOf, lengthOf } from '../lib/time.ts';
import { Diff } from '../ui/diff.tsx';
import { Finding, Passed } from '../ui/findings.tsx';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';
import { Tag } from '../ui/tag.tsx';
import { Words } from '../ui/words.tsx';

type Step = DecisionDetail['steps'][number];
const NODE: Readonly<Record<Step['state'], readonly [string, IconName]>> = {
  plain: ['plain', 'decisions'],
  good: ['allowed', 'verified'],
  bad: ['breached', 'failed'],
  waiting: ['deferred', 'clock'],
};

/** How it went, oldest first; every finding is there, folded. */
export function DecisionPath({ decision }: { readonly decision: DecisionDetail }) {
  return (
    <ol class="path">
      <Node at={decision.at} tone="plain" icon="quote" title="Proposed" small={`by ${decision.by}`}>
        {decision.words.map((said) => (
          <Words key={`${said.by} ${said.text}`} said={said} />
        ))}
        {decision.evidence.length === 0 ? null : (
          <ul class="evidence small soft">
            {decision.evidence.map((line) => (
              <li key={line} class="wrap">
                {line}
              </li>
            ))}
          </ul>
        )}
      </Node>
      <Judged verdict={decision.asked} title={capital(decision.asked.verdict)} small="by the gate" at={decision.at} />
      {courseOf(decision).map(({ node }) => node)}
    </ol>
  );
}

/** Steps, votes, changes and checks come from different records; here they are one course, by their time. */
function courseOf({
  at,
  steps,
  votes,
  changes,
  checks,
  again,
}: DecisionDetail): { readonly at: number; readonly node: VNode }[] {
  const applied = changes.find(({ undo }) => !undo)?.at;
  const judgedAt = applied ?? steps.at(-1)?.at ?? at;
  const undoneAt = changes.find(({ undo }) => undo)?.at;
  const course = [
    ...votes.map((vote) => ({
      at: Date.parse(vote.at),
      node: <VoteNode key={`vote ${vote.by} ${vote.at}`} vote={vote} />,
    })),
    ...(again === undefined
      ? []
      : [
          {
            at: Date.parse(judgedAt),
            node: (
              <Judged
                key="again"
                verdict={again}
                title={`Judged again: ${again.verdict}`}
                small="by the executor, on fresh state"
              />
            ),
          },
        ]),
    ...changes.map((change) => ({
      at: Date.parse(change.at ?? judgedAt),
      node: <ChangeNode key={change.id} change={change} />,
    })),
    ...steps.map((step, index) => ({
      at: Date.parse(step.at),
      node: <StepNode key={`${step.at} ${step.title}`} step={step} before={steps[index - 1]?.at ?? at} />,
    })),
    ...(checks.length === 0
      ? []
      : [{ at: Date.parse(undoneAt ?? steps.at(-1)?.at ?? at), node: <ChecksNode key="checks" checks={checks} /> }]),
  ];
  return course.toSorted((a, b) => a.at - b.at);
}

function VoteNode({ vote }: { readonly vote: DecisionDetail['votes'][number] }) {
  return (
    <Node
      at={vote.at}
      tone="plain"
      icon="restricted"
      title={vote.vote === 'approve' ? 'A vote for it' : 'A vote against it'}
      small={`${vote.by}, ${vote.groups.join(', ')}`}
    >
      <p class="wrap">
        {vote.comment === undefined ? '' : `“${vote.comment}” `}
        {vote.counts ? 'Signed; it counts.' : 'It does not count.'}
      </p>
    </Node>
  );
}

function ChangeNode({ change }: { readonly change: DecisionDetail['changes'][number] }) {
  return (
    <Node
      at={change.at}
      tone={change.undo ? 'plain' : 'allowed'}
      icon={change.undo ? 'undone' : 'allowed'}
      title={change.undo ? 'Undone' : 'Executed'}
      small={change.id}
    >
      <Diff lines={change.diff} label="Field diff" />
      <p class="small dim">{change.text}</p>
    </Node>
  );
}

function ChecksNode({ checks }: { readonly checks: readonly Check[] }) {
  const bad = checks.some(failed);
  return (
    <Node
      tone={bad ? 'breached' : 'allowed'}
      icon={bad ? 'breached' : 'verified'}
      title="Checks"
      small={counted(checks.length, 'check')}
    >
      <Checks checks={checks} />
    </Node>
  );
}

function StepNode({ step, before }: { readonly step: Step; readonly before: string }) {
  const [tone, icon] = NODE[step.state];
  const since = Date.parse(step.at) - Date.parse(before);
  return (
    <Node at={step.at} since={since > 0 ? `+${lengthOf(since)}` : ''} tone={tone} icon={icon} title={step.title}>
      {step.text === '' ? null : <p class="wrap">{step.text}</p>}
    </Node>
  );
}

function Judged({
  verdict,
  title,
  small,
  at,
}: {
  readonly verdict: VerdictView;
  readonly title: string;
  readonly small: string;
  readonly at?: string;
}) {
  const { findings, passed } = verdict;
  const weighty = findings.filter(({ effect }) => effect !== 'note');
  const notes = findings.filter(({ effect }) => effect === 'note');
  return (
    <Node at={at} tone={verdict.verdict} icon={verdict.verdict} title={title} small={small}>
      <p>{verdict.headline}</p>
      {weighty.length === 0 ? null : (
        <details open>
          <summary>{counted(weighty.length, 'finding')} that decided</summary>
          <div class="stack">
            {weighty.map((finding) => (
              <Finding key={`${finding.rule} ${finding.code}`} finding={finding} />
            ))}
          </div>
        </details>
      )}
      {notes.length === 0 ? null : (
        <details>
          <summary>{counted(notes.length, 'note')}</summary>
          <div class="stack">
            {notes.map((finding) => (
              <Finding key={`${finding.rule} ${finding.code}`} finding={finding} />
            ))}
          </div>
        </details>
      )}
      <Passed rules={passed} />
    </Node>
  );
}

function Node({
  at,
  since = '',
  tone,
  icon,
  title,
  small,
  children,
}: {
  readonly at?: string | undefined;
  readonly since?: string;
  readonly tone: string;
  readonly icon: IconName;
  readonly title: string;
  readonly small?: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <li>
      {at === undefined ? (
        <time />
      ) : (
        <time dateTime={at}>
          <b>{clockOf(at)}</b>
          {since}
        </time>
      )}
      <span class={`node is-${tone}`}>
        <Icon name={icon} />
      </span>
      <div class="step">
        <h2 class="wrap">
          {title} {small === undefined ? null : <small>{small}</small>}
        </h2>
        <div class="body">{children}</div>
      </div>
    </li>
  );
}

type Check = DecisionDetail['checks'][number];
const failed = ({ outcome }: Check): boolean => /fail/i.test(outcome);
const COLUMNS = [{ title: 'Check' }, { title: 'Result' }, { title: 'Values' }];

function Checks({ checks }: { readonly checks: readonly Check[] }) {
  return (
    <div class="panel block">
      <Table columns={COLUMNS} plain extra="checks">
        {checks.map((check) => (
          <Tr key={check.name}>
            <Td class="first">
              {check.name}
              {check.critical ? <small>critical</small> : null}
            </Td>
            <Td class="beside">
              {failed(check) ? (
                <Tag tone="breached" icon="failed">
                  {capital(check.outcome)}
                </Tag>
              ) : (
                <Tag
                  tone={/pass|ok/i.test(check.outcome) ? 'healthy' : 'plain'}
                  icon={/pass|ok/i.test(check.outcome) ? 'verified' : 'clock'}
                >
                  {capital(check.outcome)}
                </Tag>
              )}
            </Td>
            <Td class="wide soft wrap">{check.message}</Td>
          </Tr>
        ))}
      </Table>
    </div>
  );
}
