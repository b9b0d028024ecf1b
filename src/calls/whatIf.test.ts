import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../test/stages/executorStage.ts';
import { answerCall } from './answerCall.ts';
import { judgeCall } from './judge.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

describe('what_if', () => {
  it.each([
    ['a scale', { action: 'scale', replicas: 3 }, /^allowed/],
    ['a scale beyond its range', { action: 'scale', replicas: 9 }, /^restricted/],
    ['a restart', { action: 'restart_pods' }, /^allowed/],
    ['other resources, which are not granted', { action: 'adjust_resources', memory_limit: '1Gi' }, /^forbidden/],
    ['a rollback, which is not granted', { action: 'rollback', revision: 1 }, /^forbidden/],
    ['no pods at all', { action: 'scale_to_zero' }, /^forbidden/],
  ])('of %s is answered by the same gate, and asks for nothing', async (_, given, verdict) => {
    const stage = await openStage();
    stages.push(stage);
    const deps = { ...stage.deps, views: () => stage.observer.views(), decisions: () => [] };
    const target = { namespace: 'shop', name: 'web' };
    const asked = { tool: 'what_if', effect: 'read' as const, args: { service: 'shop/web', ...given }, target };
    const judged = await judgeCall(deps, asked, { kind: 'agent', name: 'a model' }, 'run-1');
    if (!judged.ok) throw new Error(judged.error);
    const answer = await answerCall(deps, judged.value);
    expect(answer).toMatchObject({ kind: 'answered', data: { verdict: expect.stringMatching(verdict) } });
    expect(stage.writes()).toBe(0);
  });
});
