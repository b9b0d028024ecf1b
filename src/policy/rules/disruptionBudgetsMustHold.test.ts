import { describe, expect, it } from 'vitest';
import type { DisruptionBudget } from '../../schema/workload.ts';
import { idleInput, RESTART, said, scaleTo } from '../../testing/gateInput.ts';
import { decide } from '../decide.ts';

const says = (budget: Omit<DisruptionBudget, 'name'>, from: number, request: object, ready = from): string[] =>
  said(
    decide(idleInput({ request, workload: { replicas: from, ready, disruptionBudgets: [{ name: 'web', ...budget }] } }))
      .verdict,
    'G2',
  );

describe('G2 disruption budgets must hold', () => {
  it.each([
    { budget: { minAvailable: '3' }, from: 5, to: 4, allowed: true },
    { budget: { minAvailable: '3' }, from: 5, to: 3, allowed: false },
    { budget: { minAvailable: '50%' }, from: 5, to: 3, allowed: true }, // 2 needed of 3
    { budget: { minAvailable: '67%' }, from: 5, to: 3, allowed: false }, // 2.01 rounded up: 3 of 3
    { budget: { maxUnavailable: '1' }, from: 5, to: 2, allowed: true },
    { budget: { maxUnavailable: '0' }, from: 5, to: 4, allowed: false },
    { budget: { maxUnavailable: '10%' }, from: 5, to: 4, allowed: true }, // 0.4 rounded up: 1
    { budget: { minAvailable: '0' }, from: 5, to: 0, allowed: false },
    { budget: {}, from: 5, to: 4, allowed: false },
    { budget: { minAvailable: 'many' }, from: 5, to: 4, allowed: false },
    { budget: { minAvailable: '9' }, from: 5, to: 6, allowed: true },
  ])('$budget, $from to $to: allowed $allowed (GATE-G2-1)', ({ budget, from, to, allowed }) => {
    expect(says(budget, from, scaleTo(to)).length === 0).toBe(allowed);
  });

  it.each([
    { budget: { minAvailable: '3' }, ready: 4, allowed: true },
    { budget: { minAvailable: '3' }, ready: 3, allowed: false },
    { budget: { maxUnavailable: '1' }, ready: 5, allowed: true },
    { budget: { maxUnavailable: '1' }, ready: 4, allowed: false },
  ])('restart with $budget and $ready of 5 ready: allowed $allowed (GATE-G2-2)', ({ budget, ready, allowed }) => {
    expect(says(budget, 5, RESTART, ready)).toEqual(allowed ? [] : ['forbid DisruptionBudget']);
  });
});
