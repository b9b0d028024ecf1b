import { describe, expect, it } from 'vitest';
import { movedWord } from './moved.ts';

describe('what a request rests on and what moved', () => {
  it.each([
    ['ValueChanged', 'Value of the object'],
    ['BlueprintChanged', 'Blueprint'],
    ['BlueprintGone', 'Blueprint'],
    ['TargetGone', 'Deployment'],
    ['DecisionGone', 'Decision that asked'],
  ])('%s is told as "%s"', (what, word) => expect(movedWord(what)).toBe(word));

  it('that this page does not know yet is told as it came', () => expect(movedWord('Elsewhere')).toBe('Elsewhere'));
});
