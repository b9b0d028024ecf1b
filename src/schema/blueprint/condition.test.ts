import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONDITION_HELP, checkCondition, evaluateCondition } from './condition.ts';

const variables = {
  service: 'web',
  namespace: 'shop',
  current_replicas: 3,
  target_replicas: 12,
  min_replicas: 2,
  max_replicas: 10,
};

describe('a condition', () => {
  it.each([
    ['always', true],
    ['true', true],
    ['target_replicas > max_replicas', true],
    ['target_replicas < min_replicas', false],
    ['target_replicas > current_replicas * 2', true],
    ['double(target_replicas) > double(current_replicas) * 4.5', false],
    ['namespace == "shop"', true],
    ['service == "namespace"', false],
    ["service == 'namespace' || namespace == 'shop'", true],
    ['namespace in ["shop", "pay"] && service.startsWith("we")', true],
    ['size(service) == 3', true],
    ['target_replicas % 2 == 0 ? true : false', true],
  ])('%s is %s', (text, expected) => {
    expect(checkCondition(text)).toEqual({ ok: true, value: undefined });
    expect(evaluateCondition(text, variables)).toEqual({ ok: true, value: expected });
  });

  it.each([
    ['replicas > 3', 'Unknown variable: replicas'],
    ['target_replicas', 'it gives int'],
    ['"yes"', 'it gives string'],
    ['target_replicas > "3"', 'no such overload'],
    ['target_replicas > current_replicas * 1.5', 'no such overload'],
    ['target_replicas >', 'Unexpected token'],
    ['', 'Unexpected token'],
    ['service.matches("(a+)+$")', 'regular expressions are not allowed'],
    ['[1, 2].exists(x, x > target_replicas)', 'the function exists is not allowed'],
    ['timestamp("2026-01-01T00:00:00Z") < timestamp("2027-01-01T00:00:00Z")', 'the function timestamp is not allowed'],
    ['has(service.x)', 'the function has is not allowed'],
    ['process.exit(1)', 'not allowed'],
    ['constructor == ""', 'Unknown variable'],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, 'xceeded'],
    [Array.from({ length: 60 }, () => '1==1').join('&&'), 'xceeded'],
    ['x'.repeat(501), '501 characters'],
  ])('%s is refused', (text, words) => {
    const checked = checkCondition(text);
    expect(checked.ok ? '' : checked.error).toContain(words);
    expect(evaluateCondition(text, variables).ok).toBe(false);
  });

  it('that is refused is helped by an example that holds, and by the operators that there are', () => {
    const [, operators = '', example = ''] = / by (.+), for example (.+); or write always$/.exec(CONDITION_HELP) ?? [];
    expect(checkCondition(example).ok).toBe(true);
    for (const operator of operators.split(/, | and /).filter((one) => /^[=!<>]=?$/.test(one) && one !== '!')) {
      expect(checkCondition(`target_replicas ${operator} 3`).ok, operator).toBe(true);
    }
    expect(checkCondition('!(service in ["a"]) && (namespace == "b" || true)').ok).toBe(true);
  });

  it('that fails while it is evaluated answers with an error, for the caller to take as true', () => {
    const text = 'target_replicas / (min_replicas - 2) > 1';
    expect(checkCondition(text).ok).toBe(true);
    expect(evaluateCondition(text, variables)).toEqual({
      ok: false,
      error: 'the condition could not be evaluated: division by zero',
    });
  });

  it('never throws and never hangs, whatever stands in it', () => {
    const piece = fc.constantFrom(
      'service',
      'namespace',
      '(',
      ')',
      '>',
      '"',
      "'",
      '[',
      ']',
      ' ',
      '&&',
      '1',
      'r"',
      '\\',
      '.',
      'matches',
      '?',
      ':',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        expect(typeof evaluateCondition(text, variables).ok).toBe('boolean');
      }),
    );
  });
});
