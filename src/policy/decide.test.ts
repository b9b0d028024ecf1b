import { describe, expect, it } from 'vitest';
import { Permit } from '../schema/permit.ts';
import type { Finding } from '../schema/verdict.ts';
import {
  type CalmOverrides,
  calmBlueprint,
  calmInput,
  idleInput,
  NOON,
  operation,
  RESTART,
  scaleTo,
} from '../testing/gateInput.ts';
import { waitOf } from './authority.ts';
import { decide } from './decide.ts';
import { forbid, wait } from './rule.ts';
import { RULES } from './rules.ts';

const waiting = (code: 'Cooldown' | 'BudgetSpent', notBefore?: number): Finding => ({
  rule: 'G12',
  ...wait(code, code, {}, notBefore),
});

describe('the gate', () => {
  it.each([
    { what: "an agent's scale-up under pressure", input: calmInput(), change: { kind: 'scale', from: 2, to: 3 } },
    { what: "an agent's scale-down of an idle service", input: idleInput(), change: { kind: 'scale', from: 6, to: 5 } },
    {
      what: 'a restart',
      input: calmInput({ request: RESTART }),
      change: { kind: 'restart', from: null, to: '2026-01-05T12:00:00.000Z' },
    },
  ])('gives a permit for $what when nothing stands in the way (GATE-1)', ({ input, change }) => {
    const { verdict, permit, errors } = decide(input);
    expect(verdict).toMatchObject({
      authority: 'allowed',
      approvers: [],
      at: NOON,
      blueprint: { name: 'web', version: '1.0.0' },
    });
    expect(verdict.wait).toBeUndefined();
    expect(Permit.isGenuine(permit)).toBe(true);
    expect(permit?.terms.change).toEqual(change);
    expect(errors).toEqual([]);
  });

  it('evaluates every rule and lists every finding, whatever was found before (GATE-2)', () => {
    const { verdict } = decide(
      calmInput({
        matches: 2,
        holds: [{ kind: 'stop', what: 'all', by: 'ann', reason: 'x', at: '' }],
        counters: { operations: [operation(1000)] },
        request: scaleTo(12),
      }),
    );
    const codes = verdict.findings.map(({ code }) => code);
    expect(codes).toEqual(['ApprovalRequired', 'Stepwise', 'Cooldown', 'SeveralTargets', 'Stopped']);
  });

  it('forbids when a rule throws, names it, hands the error out and goes on (GATE-3)', () => {
    const broken = new Error('broken');
    const rule = (): never => {
      throw broken;
    };
    const rules = [{ id: 'G3', binds: 'changes', rule } as const, ...RULES];
    const { verdict, permit, errors } = decide(calmInput(), rules);
    expect(verdict).toMatchObject({
      authority: 'forbidden',
      findings: [{ rule: 'G3', code: 'RuleFailed', effect: 'forbid' }, {}],
    });
    expect([permit, errors]).toEqual([undefined, [broken]]);
  });

  it.each([
    { waits: [], expected: undefined },
    {
      waits: [waiting('Cooldown', 5), waiting('BudgetSpent', 9), waiting('Cooldown', 7)],
      expected: { until: 9, codes: ['Cooldown', 'BudgetSpent'] },
    },
    { waits: [waiting('Cooldown', 5), waiting('BudgetSpent')], expected: { codes: ['Cooldown', 'BudgetSpent'] } },
  ])('waits for the latest of several, and openly for an open one (GATE-4)', ({ waits, expected }) => {
    expect(waitOf([...waits, { rule: 'G0', ...forbid('NotGranted', 'x') }])).toEqual(expected);
  });

  it('keeps authority and wait apart: a restricted request may wait as well (GATE-4)', () => {
    const { verdict } = decide(calmInput({ request: scaleTo(12), counters: { operations: [operation(30_000)] } }));
    expect(verdict).toMatchObject({
      authority: 'restricted',
      approvers: ['devops-team'],
      wait: { until: NOON + 30_000, codes: ['Cooldown'] },
    });
  });

  it('writes an approved number in one step, and only that number (GATE-5)', () => {
    const request = scaleTo(15);
    const approval = {
      name: 'ok',
      operation: 'scale_beyond_limits',
      args: request.args,
      blueprintHash: calmBlueprint().hash,
    };
    const { permit } = decide(calmInput({ request, approval }));
    expect(permit?.terms.change).toEqual({ kind: 'scale', from: 2, to: 15 });
    const never = decide(calmInput({ request, approval, global: { ceilings: { maxReplicas: 14 } } }));
    expect([never.verdict.authority, never.permit]).toEqual(['forbidden', undefined]);
  });

  it('bounds what it quotes, so that a record can hold it (GATE-6)', () => {
    const tool = 'x'.repeat(5000);
    const { verdict } = decide(calmInput({ request: { tool, effect: 'unknown', args: {} } }));
    expect(verdict.operation).toHaveLength(64);
    const long = { kind: 'stop' as const, what: 'all' as const, by: 'ann', reason: 'y'.repeat(5000), at: '' };
    const stopped = decide(calmInput({ holds: [long] })).verdict;
    for (const { message, values } of [...verdict.findings, ...stopped.findings]) {
      expect(message.length).toBeLessThanOrEqual(500);
      for (const value of Object.values(values)) expect(value.length).toBeLessThanOrEqual(200);
    }
  });

  it.each<CalmOverrides>([
    { workload: null },
    { assessment: null },
    { counters: null },
    { global: null },
    { blueprint: null },
  ])('gives no permit while %o could not be read (GATE-7)', (missing) => {
    for (const input of [idleInput(missing), calmInput({ ...missing, request: RESTART })]) {
      const { verdict, permit } = decide(input);
      expect(permit).toBeUndefined();
      expect(verdict.findings.some(({ code }) => code === 'NoData' || code === 'NoBlueprint')).toBe(true);
    }
  });
});
