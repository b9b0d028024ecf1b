import { describe, expect, it } from 'vitest';
import { MODEL_BREAKER, modelAnswered, modelBreakerAt, modelFailed } from './modelBreaker.ts';

describe('the model’s breaker', () => {
  it('opens on the third failure in a row for 60 s, then lets one trial through', () => {
    const twice = modelFailed(modelFailed(MODEL_BREAKER, 0), 1);
    expect(modelBreakerAt(twice, 1)).toBe('closed');
    const open = modelFailed(twice, 1_000);
    expect(modelBreakerAt(open, 60_999)).toBe('open');
    expect(modelBreakerAt(open, 61_000)).toBe('halfOpen');
  });

  it('doubles with every failed trial, up to an hour, and one answer closes it', () => {
    let breaker = modelFailed(modelFailed(modelFailed(MODEL_BREAKER, 0), 0), 0);
    const pauses: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const at = breaker.until ?? 0;
      breaker = modelFailed(breaker, at);
      pauses.push(((breaker.until ?? 0) - at) / 60_000);
    }
    expect(pauses).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    expect(modelAnswered()).toEqual(MODEL_BREAKER);
  });

  it('is not kept open longer by failures that began before it opened', () => {
    const open = modelFailed(modelFailed(modelFailed(MODEL_BREAKER, 0), 0), 0);
    expect(modelFailed(open, 30_000)).toEqual(open);
  });
});
