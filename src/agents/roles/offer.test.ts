import { describe, expect, it } from 'vitest';
import { type BlueprintNews, blueprintParser } from './blueprintParser.ts';
import { type ExecutionFacts, executionEngine } from './executionEngine.ts';
import { type VerificationFacts, verificationEngine } from './verificationEngine.ts';

const about = { service: 'shop/web', what: 'scale to 5', evidence: [] };
const failure = { ...about, kind: 'failure', code: 'NotConverged', words: 'slow', phase: 'RolledBack' } as const;
const names = (answers: readonly { readonly name: string }[] | undefined): string[] | undefined =>
  answers?.map(({ name }) => name);

describe('what is offered', () => {
  it.each<[string, ExecutionFacts, string[]]>([
    ['of steps to come', { ...about, kind: 'steps', from: 2, to: 5 }, ['pace', 'call_person']],
    ['of a failed step', { ...failure, retriesLeft: 1, isAskedAgain: false }, ['retry', 'stop', 'call_person']],
    [
      'of one whose change still stands',
      { ...failure, phase: 'Failed', retriesLeft: 1, isAskedAgain: false },
      ['stop', 'call_person'],
    ],
    ['of one without a retry left', { ...failure, retriesLeft: 0, isAskedAgain: false }, ['stop', 'call_person']],
  ])('%s is every answer that could be used, and no other', (_, facts, usable) => {
    expect(names(executionEngine.offer?.(facts).answers)).toEqual(usable);
    for (const { name } of executionEngine.answers) {
      expect(executionEngine.take({ name, args: { reason: 'so' } }, facts).ok).toBe(usable.includes(name));
    }
  });

  it.each<[VerificationFacts['kind'], string[]]>([
    ['unclear', ['hold', 'undo', 'ask_person']],
    ['unjudged', ['hold', 'undo', 'ask_person']],
    ['failed', ['cause']],
  ])('of a change that is %s is every answer that could be used, and no other', (kind, usable) => {
    const facts: VerificationFacts = { ...about, kind, judged: [] };
    expect(names(verificationEngine.offer?.(facts).answers)).toEqual(usable);
    for (const { name } of verificationEngine.answers) {
      const args = { reason: 'so', text: 'so', evidence: ['seen'] };
      const own = name === 'cause' ? { text: args.text } : name === 'undo' ? { ...args, text: undefined } : args;
      expect(verificationEngine.take({ name, args: JSON.parse(JSON.stringify(own)) }, facts).ok).toBe(
        usable.includes(name),
      );
    }
  });

  it('of a blueprint that nobody refused is words alone, and nothing to look up', () => {
    const news: BlueprintNews = { name: 'shop/web', version: '1.0.0', kind: 'new', lines: ['2 to 10 replicas'] };
    const { tools, answers, limits } = blueprintParser.offer?.(news) ?? {};
    expect(tools).toEqual([]);
    expect(names(answers)).toEqual(['explain']);
    expect(Object.keys(answers?.[0]?.input.shape ?? {})).toEqual(['text']);
    expect(limits?.answerTokens).toBeLessThan(blueprintParser.limits.answerTokens);
    expect(blueprintParser.take({ name: 'explain', args: { text: 'It may be scaled.' } }, news)).toEqual({
      ok: true,
      value: { words: 'It may be scaled.' },
    });
  });

  it('of a refused one is the whole of it, unless the document is too long to be shown', () => {
    const news = (length: number): BlueprintNews => ({
      name: 'shop/web',
      version: '1.0.0',
      kind: 'refused',
      lines: [],
      refused: { text: 'a'.repeat(length), name: 'web' } as unknown as NonNullable<BlueprintNews['refused']>,
    });
    expect(blueprintParser.offer?.(news(100))).toEqual({});
    expect(blueprintParser.offer?.(news(6_001)).tools).toEqual([]);
  });
});
