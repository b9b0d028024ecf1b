import { expect, it } from 'vitest';
import type { DecisionObject } from '../../schema/decisionObject.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { DECISION_SPEC, DECISION_STATUS } from '../../testing/contractObjects.ts';
import { answerLines } from './answers.ts';

const NAME = 'web-aaaaaaaaaa';
const decision = (approval?: string): DecisionObject => ({
  apiVersion: KINDS.Decision.apiVersion,
  kind: 'Decision',
  metadata: { name: NAME, namespace: 'shop' },
  spec: DECISION_SPEC,
  status: { ...DECISION_STATUS, ...(approval !== undefined && { approval }) },
});
const VOTE = { id: '1', at: '2026-01-05T01:00:00Z', digest: 'd', key: 'k', signature: 's' };
const request = (votes?: readonly object[]): KubeObject => ({
  apiVersion: KINDS.ApprovalRequest.apiVersion,
  kind: 'ApprovalRequest',
  metadata: { name: NAME, namespace: 'shop' },
  ...(votes && { votes }),
});
const lines = (value: KubeObject | undefined, of = decision(NAME)): Promise<readonly string[]> =>
  answerLines({ get: async () => ({ ok: true, value }) }, of);

it('who answered, in which groups, how, when and in which words is told', async () => {
  const votes = [
    {
      ...VOTE,
      by: 'omar',
      groups: ['devops-team'],
      vote: 'approve',
      choice: 'once',
      comment: 'for the\nsale\u001b[2J',
    },
    { ...VOTE, id: '2', by: 'ada', groups: [], vote: 'approve', choice: 'update_blueprint' },
    { ...VOTE, id: '3', by: 'eve', groups: ['a', 'b'], vote: 'reject' },
  ];
  expect((await lines(request(votes))).slice(1)).toEqual([
    `Answered by people, in shop/${NAME} (the executor counts what the gateway signed)`,
    '  2026-01-05T01:00:00Z approve, once: omar (devops-team), in their words: "for the sale"',
    '  2026-01-05T01:00:00Z approve, and raise the limit in the blueprint: ada',
    '  2026-01-05T01:00:00Z reject: eve (a, b)',
  ]);
});

it.each([
  ['nobody answered', request(), 'nobody yet'],
  ['the request is gone', undefined, 'it is gone'],
])('that %s is told', async (_, value, words) => {
  expect((await lines(value)).at(-1)).toBe(`  ${words}`);
});

it('nothing is told of a Decision that asked nobody', async () => {
  expect(await lines(request(), decision())).toEqual([]);
});

it('what cannot be read is told', async () => {
  const error = { code: 'denied', message: 'approvalrequests is forbidden', uncertain: false } as const;
  const told = await answerLines({ get: async () => ({ ok: false, error }) }, decision(NAME));
  expect(told.at(-1)).toBe('  not to be read: approvalrequests is forbidden');
});
