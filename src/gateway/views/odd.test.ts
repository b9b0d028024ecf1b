import { afterEach, describe, expect, it } from 'vitest';
import { identity, openViewStage, REQUEST, type ViewStage } from '../../../test/stages/viewStage.ts';
import { ApprovalCard } from '../../schema/api/approvals.ts';
import { DecisionDetail } from '../../schema/api/records.ts';
import { ServiceDetail } from '../../schema/api/services.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps } from '../deps.ts';
import { approvalCard } from './approvalCard.ts';
import { decisionDetail } from './decisionDetail.ts';
import { serviceDetail } from './serviceDetail.ts';

/** Records that people edited by hand: within the letter of their schema, and far from its sense. */

const opened: ViewStage[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
});

const LAST = Number.MAX_SAFE_INTEGER;
const FINDING = {
  rule: 'G99',
  code: '\u202e',
  effect: 'wait',
  message: '\u0000'.repeat(400),
  values: { '': '\u200b' },
  notBefore: LAST,
};
const VERDICT = {
  operation: '\u001b[31mred',
  authority: 'allowed',
  wait: { until: LAST, codes: [] },
  approvers: [],
  findings: [FINDING],
  at: -LAST,
};
const STATUS = {
  phase: 'Verifying',
  message: 'a\u2028b',
  reason: '',
  verdict: VERDICT,
  changes: [
    {
      id: '',
      kind: 'resources',
      before: '',
      after: '',
      change: '{',
      undo: false,
      intentAt: LAST,
      appliedAt: -LAST,
      log: '',
      baseline: { breached: true },
    },
    {
      id: 'u',
      kind: 'rollback',
      before: 'x',
      after: '',
      undo: true,
      intentAt: -1,
      log: 'unlogged',
      baseline: { breached: false },
    },
  ],
  verification: { phase: 'done', startedAt: LAST, widened: true, checks: [] },
  approval: '../..',
  finishedAt: 'never',
  history: [
    { phase: 'Succeeded', at: LAST, reason: '' },
    { phase: 'Pending', at: -LAST, reason: '\u0007' },
  ],
};

/** The same world with every record of these kinds changed on its way to the gateway. */
function seenAs({ deps }: ViewStage, change: (object: KubeObject) => KubeObject): GatewayDeps {
  const { reader, observer } = deps;
  return {
    ...deps,
    reader: {
      ...reader,
      list: (...where) => reader.list(...where),
      watch: (...where) => reader.watch(...where),
      raw: (...where) => reader.raw(...where),
      get: async (...where) => {
        const read = await reader.get(...where);
        return read.ok && read.value !== undefined ? { ok: true, value: change(read.value) } : read;
      },
    },
    observer: {
      approvals: () => observer.approvals().map(change),
      decisions: () => observer.decisions().map(change),
      views: () => observer.views(),
      history: (...where) => observer.history(...where),
      fresh: (...where) => observer.fresh(...where),
      onChange: (listener) => observer.onChange(listener),
    },
  };
}

const ODDITIES: readonly { readonly what: string; readonly change: (object: KubeObject) => KubeObject }[] = [
  {
    what: 'a status out of all time',
    change: (object) => (object.kind === 'Decision' ? { ...object, status: STATUS } : object),
  },
  { what: 'a status that is a list', change: (object) => ({ ...object, status: [] }) },
  {
    what: 'no time of creation, and a time to decide that is none',
    change: ({ metadata: { creationTimestamp: _, ...metadata }, ...object }) => ({
      ...object,
      metadata,
      ...(object.kind === 'ApprovalRequest' && {
        spec: { ...(object.spec as object), decideBy: 'soon', before: '', after: '∞' },
      }),
    }),
  },
  {
    what: 'an approved status and votes that nobody cast',
    change: (object) =>
      object.kind === 'ApprovalRequest'
        ? { ...object, votes: [{}, 7, { by: 'x', at: 'y' }], status: { phase: 'Consumed', message: '' } }
        : object,
  },
  {
    what: 'arguments that mean nothing to the tool',
    change: (object) =>
      object.kind === 'Decision'
        ? { ...object, spec: { ...(object.spec as object), tool: 'rm -rf', arguments: { cpu_limit: 'NaN' } } }
        : object,
  },
];

describe('what stands in records and makes no sense', () => {
  it.each(ODDITIES)('$what: every page still answers in its shape', async ({ change }) => {
    const view = await openViewStage();
    opened.push(view);
    const deps = seenAs(view, change);
    const card = await approvalCard(deps, identity(), 'shop', REQUEST);
    expect(card.ok && ApprovalCard.safeParse(card.value).error).toBeUndefined();
    const decision = await decisionDetail(deps, 'shop', REQUEST);
    expect(decision.ok && DecisionDetail.safeParse(decision.value).error).toBeUndefined();
    const service = await serviceDetail(deps, 'shop', 'web', Number.NaN);
    expect(service.ok && ServiceDetail.safeParse(service.value).error).toBeUndefined();
    const texts = JSON.stringify([card, decision, service]);
    expect([card.ok, decision.ok, service.ok]).toEqual([true, true, true]);
    expect(texts).not.toMatch(/\\u0000|\\u0007|\\u001b|\u202e|\u200b|\u2028/);
  });

  it('an approval that only a status claims carries no name and no vote', async () => {
    const view = await openViewStage();
    opened.push(view);
    const card = await approvalCard(
      seenAs(view, ODDITIES[3]?.change ?? ((object) => object)),
      identity(),
      'shop',
      REQUEST,
    );
    expect(card).toMatchObject({ ok: true, value: { votes: 0, given: [], may: { approve: false } } });
    expect(card.ok && card.value.answeredBy).toBeUndefined();
  });
});
