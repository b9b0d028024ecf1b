import { describe, expect, it } from 'vitest';
import type { ClusterReader } from '../../ports/cluster.ts';
import type { DecisionObject } from '../../schema/decisionObject.ts';
import { KINDS, type Kind } from '../../schema/kube.ts';
import { DECISION_SPEC, DECISION_STATUS } from '../../testing/contractObjects.ts';
import { familyLines } from './family.ts';
import { originWords } from './why.ts';

const decision = (name: string, spec: Partial<DecisionObject['spec']> = {}): DecisionObject => ({
  apiVersion: KINDS.Decision.apiVersion,
  kind: KINDS.Decision.kind,
  metadata: { name, namespace: 'shop', creationTimestamp: '2026-01-05T12:00:00Z' },
  spec: { ...DECISION_SPEC, ...spec },
  status: { ...DECISION_STATUS, phase: 'Succeeded', reason: 'PaceTaken', message: 'stops at 3' },
});

const event = (reason: string, note: string, name: string) => ({
  apiVersion: KINDS.Event.apiVersion,
  kind: KINDS.Event.kind,
  metadata: { name: `${name}.${reason}`.toLowerCase(), namespace: 'shop' },
  reason,
  note,
  eventTime: '2026-01-05T12:00:01.000000Z',
  related: { kind: 'Decision', name },
});

async function told(objects: readonly object[], fails?: Kind): Promise<readonly string[]> {
  const list: ClusterReader['list'] = async (kind) =>
    kind === fails
      ? { ok: false, error: { code: 'denied', message: 'not for you', uncertain: false } }
      : {
          ok: true,
          value: {
            items: objects.filter((object) => (object as DecisionObject).kind === kind.kind) as DecisionObject[],
            resourceVersion: '1',
          },
        };
  const reader = new Proxy({} as ClusterReader, { get: () => list });
  return familyLines(reader, decision('web-a', { parent: 'web-0' }), originWords);
}

describe('the family of a Decision', () => {
  it('is its parent, its children with who asked and in which words, and what roles said of it', async () => {
    const pace = {
      tool: 'pace',
      parent: 'web-a',
      arguments: { replicas: 3, wait_seconds: 60 },
      rationale: 'slow\u001b[2J',
    };
    expect(
      await told([
        decision('web-c', pace),
        decision('web-d', { parent: 'web-b' }),
        event('CauseNamed', 'verification-engine (rules, not a model): «p95»\nforged line', 'web-a'),
        event('ScaledByFairlead', 'scaled', 'web-a'),
        event('CauseNamed', 'of another', 'web-b'),
      ]),
    ).toEqual([
      '',
      'About shop/web-0',
      '',
      'Children',
      '  web-c: pace to 3, 60 s later: Succeeded (PaceTaken): stops at 3',
      '    decision-engine: rules planner (rules, not a model)',
      '    in the asker\'s words (checked by nobody): "slow"',
      '',
      'Said of it in Events (checked by nobody)',
      '  2026-01-05 12:00:01 CauseNamed: verification-engine (rules, not a model): «p95» forged line',
    ]);
  });

  it('says what could not be read', async () => {
    expect(await told([], KINDS.Event)).toEqual([
      '',
      'About shop/web-0',
      '',
      'What else there is',
      '  not to be read: not for you',
    ]);
  });
});
