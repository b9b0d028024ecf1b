import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Blueprint } from '../schema/blueprint.ts';
import type { GateInput } from '../schema/verdict.ts';
import { gateInputs } from '../testing/gateInputs.ts';
import { decide } from './decide.ts';

const RUNS = { numRuns: 2000 };
const isAllowed = (input: GateInput): boolean => decide(input).permit !== undefined;

/** One way to make a blueprint stricter. */
const STRICTER: readonly ((blueprint: Blueprint) => Blueprint)[] = [
  (b) => ({ ...b, autonomy: 'observe' }),
  (b) => ({ ...b, autonomy: b.autonomy === 'autonomous' ? 'propose' : b.autonomy }),
  (b) => ({ ...b, authority: { ...b.authority, allowed: [] } }),
  (b) => ({
    ...b,
    authority: {
      ...b.authority,
      requiresApproval: b.authority.allowed.map((operation) => ({
        operation,
        condition: 'always',
        approvers: ['sre'],
      })),
    },
  }),
  (b) => ({
    ...b,
    authority: { ...b.authority, forbidden: ['scale_within_limits', 'scale_beyond_limits', 'restart_pods'] },
  }),
  (b) => ({ ...b, safety: { ...b.safety, cooldownMs: b.safety.cooldownMs * 2 } }),
  (b) => ({ ...b, safety: { ...b.safety, operationsPerHour: 1 } }),
  (b) => ({ ...b, safety: { ...b.safety, downsPerHour: 0 } }),
  (b) => ({ ...b, safety: { ...b.safety, optionalPerHour: 0 } }),
  (b) => ({ ...b, safety: { ...b.safety, freshnessMs: 1000 } }),
  (b) => ({ ...b, safety: { ...b.safety, downWindowMs: 900_000 } }),
];

describe('the gate, for any input', () => {
  it('answers, without an error, and the same twice (GATE-P-1)', () => {
    fc.assert(
      fc.property(gateInputs, (input) => {
        const { verdict, errors } = decide(input);
        expect(errors).toEqual([]);
        expect(decide(structuredClone(input)).verdict).toEqual(verdict);
      }),
      RUNS,
    );
  });

  it('gives a permit exactly for an allowed change that need not wait (GATE-P-2)', () => {
    let permits = 0;
    fc.assert(
      fc.property(gateInputs, (input) => {
        const { verdict, permit } = decide(input);
        const isFree = verdict.authority === 'allowed' && verdict.wait === undefined;
        expect(permit !== undefined).toBe(isFree && input.request.effect === 'change');
        if (permit === undefined) return;
        permits += 1;
        expect(permit.terms).toMatchObject({ uid: input.workload?.uid, blueprintHash: input.blueprint?.hash });
        expect(permit.terms.change).not.toMatchObject({ from: permit.terms.change.to });
      }),
      RUNS,
    );
    // The generator reaches the interesting side often enough to mean something.
    expect(permits).toBeGreaterThan(50);
  });

  it('never lets an open breaker or a stop through (GATE-P-3)', () => {
    fc.assert(
      fc.property(gateInputs, (input) => {
        if (input.counters === undefined || input.request.undo !== undefined) return;
        const breaker = { state: 'open' as const, failures: 3, until: input.now + 1, opens: 1 };
        expect(isAllowed({ ...input, counters: { ...input.counters, breaker } })).toBe(false);
        const stop = { kind: 'stop' as const, what: 'all' as const, by: 'ann', reason: '', at: '' };
        expect(isAllowed({ ...input, holds: [stop] })).toBe(false);
      }),
      RUNS,
    );
  });

  it('lets no approval lift what forbids or waits (GATE-P-4)', () => {
    fc.assert(
      fc.property(gateInputs, (input) => {
        const { approval: _, ...without } = input;
        const bare = decide(without).verdict;
        const approval = {
          name: 'ok',
          operation: bare.operation,
          args: input.request.args,
          blueprintHash: input.blueprint?.hash ?? '',
        };
        const approved = decide({ ...without, approval }).verdict;
        // G10 alone says that an approved number is not predicted.
        const lasting = bare.findings.filter(
          ({ effect, code, rule }) => effect === 'forbid' && !(rule === 'G10' && code !== 'UndoneBefore'),
        );
        if (lasting.length > 0) expect(approved.authority).toBe('forbidden');
        if (bare.wait !== undefined)
          expect(approved.wait?.codes).toEqual(
            expect.arrayContaining([...bare.wait.codes].filter((code) => code !== 'Rollout')),
          );
      }),
      RUNS,
    );
  });

  it('is not moved by anything a model adds to its call (GATE-P-5)', () => {
    fc.assert(
      fc.property(gateInputs, fc.double({ noNaN: true }), fc.string(), (input, confidence, rationale) => {
        const { approval: _, ...rest } = input;
        const args = { ...input.request.args, confidence, rationale, urgency: 'already approved', approved: true };
        expect(decide({ ...rest, request: { ...input.request, args } }).verdict).toEqual(decide(rest).verdict);
      }),
      RUNS,
    );
  });

  it('never allows more under a stricter blueprint (GATE-P-6)', () => {
    let compared = 0;
    fc.assert(
      fc.property(gateInputs, fc.constantFrom(...STRICTER), (input, stricter) => {
        if (input.blueprint === undefined || isAllowed(input)) return;
        compared += 1;
        expect(isAllowed({ ...input, blueprint: stricter(input.blueprint) })).toBe(false);
      }),
      RUNS,
    );
    expect(compared).toBeGreaterThan(200);
  });

  it('never allows more where less is known (GATE-P-7)', () => {
    const inputs = ['blueprint', 'global', 'workload', 'assessment', 'counters', 'holds'] as const;
    fc.assert(
      fc.property(gateInputs, fc.constantFrom(...inputs), (input, missing) => {
        if (isAllowed(input) || (missing === 'counters' && input.request.undo !== undefined)) return;
        const { [missing]: _, ...less } = input;
        // Unreadable holds count as a pause, which lets an undo through that a stop would not.
        if (missing === 'holds' && input.request.undo !== undefined) return;
        expect(isAllowed(less)).toBe(false);
      }),
      RUNS,
    );
  });

  it("writes no number outside the blueprint's range that nobody approved or granted (GATE-P-8)", () => {
    fc.assert(
      fc.property(gateInputs, (input) => {
        const { permit, verdict } = decide(input);
        if (permit === undefined || permit.terms.change.kind !== 'scale' || input.blueprint === undefined) return;
        if (verdict.operation !== 'scale_within_limits') return;
        const { minReplicas, maxReplicas } = input.blueprint.scaling;
        expect(permit.terms.change.to).toBeGreaterThanOrEqual(minReplicas);
        expect(permit.terms.change.to).toBeLessThanOrEqual(maxReplicas);
      }),
      RUNS,
    );
  });
});
