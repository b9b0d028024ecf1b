import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readDecision, requestFrom } from '../src/executor/records/heldDecision.ts';
import { decide } from '../src/policy/decide.ts';
import { effective, effectiveGlobal } from '../src/schema/blueprint/effective.ts';
import { loadBlueprint, loadGlobal } from '../src/schema/blueprint/load.ts';
import type { Blueprint, GlobalRules } from '../src/schema/blueprint.ts';
import type { GateInput, Verdict } from '../src/schema/verdict.ts';
import { DECISION_SPEC } from '../src/testing/contractObjects.ts';
import { calmInput, hotAssessment, signal } from '../src/testing/gateInput.ts';

const ROOT = path.join(import.meta.dirname, '..', 'blueprints');
const names = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
const documents = names.filter((name) => !name.endsWith('.verdicts.yaml') && !name.startsWith('global'));
const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

const percent = z
  .string()
  .regex(/^\d+%$/)
  .transform((text) => Number.parseInt(text, 10) / 100);
/** Strict: a word that this test does not know must not pass for one that it acts on. */
const Case = z.strictObject({
  call: z.strictObject({ tool: z.string(), replicas: z.int().optional() }),
  when: z.strictObject({ replicas: z.int(), cpu: percent }),
  verdict: z.enum(['allowed', 'restricted', 'forbidden']),
});
type Case = z.infer<typeof Case>;

/** Why a verdict is what it is, for a test that fails. */
const said = ({ findings }: Verdict): string => findings.map(({ rule, message }) => `${rule} ${message}`).join('; ');

function rules(): GlobalRules {
  const loaded = loadGlobal(read('global/default.yaml'), 'global/default.yaml');
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join('; '));
  return effectiveGlobal(loaded.value);
}

function blueprintOf(name: string): Blueprint {
  const loaded = loadBlueprint(read(name), name);
  const judged = loaded.ok ? effective(loaded.value, rules(), loaded.value.namespace ?? 'shop') : loaded;
  if (!judged.ok) throw new Error(judged.error.map(({ message }) => message).join('; '));
  return judged.value;
}

/** What an agent's call comes to, read from its Decision as the executor reads it. */
function requestOf(call: Case['call'], target: Blueprint['target']): GateInput['request'] {
  const { tool, replicas } = call;
  const spec = { ...DECISION_SPEC, tool, target, arguments: replicas === undefined ? {} : { replicas } };
  const metadata = { name: 'case', namespace: target.namespace };
  const held = readDecision({ apiVersion: '', kind: 'Decision', metadata, spec }, undefined);
  if (!held.ok) throw new Error(held.error);
  return requestFrom(held.value);
}

/** Everything calm, but for the replicas and the CPU of the case. */
function stateOf({ call, when }: Case, blueprint: Blueprint): GateInput {
  const { replicas, cpu } = when;
  const { upThreshold, downThreshold } = blueprint.scaling;
  const says = cpu >= upThreshold ? 'up' : cpu <= downThreshold ? 'down' : 'hold';
  const load = cpu * replicas;
  return calmInput({
    blueprint,
    global: rules(),
    request: requestOf(call, blueprint.target),
    workload: { namespace: blueprint.namespace, name: blueprint.target.name, replicas, ready: replicas },
    assessment: hotAssessment({
      signals: [
        signal('cpu', { value: cpu, says, covered: replicas, ready: replicas }),
        signal('latency_p95'),
        signal('error_rate'),
      ],
      pressure: says === 'up' ? ['cpu'] : [],
      recommendation: { direction: says, replicas, reason: 'the case', started: says !== 'hold' },
      history: { unbrokenSince: 0, highestDesired: 0, highestLoad: load, highestLoadEver: load, load },
    }),
  });
}

describe.each(documents)('blueprints/%s', (name) => {
  const blueprint = blueprintOf(name);
  const raw: unknown = parse(read(name.replace(/\.yaml$/, '.verdicts.yaml')));
  const cases = z.array(Case).safeParse(raw);

  it('has cases, and all can be read', () => {
    expect(cases.error?.message).toBeUndefined();
    expect(cases.data?.length ?? 0).toBeGreaterThan(0);
  });

  it.each(
    (cases.data ?? []).map((one) => {
      const { call, when, verdict } = one;
      const what = call.replicas === undefined ? call.tool : `${call.tool} to ${call.replicas}`;
      return [`${what} at ${when.replicas} replicas and ${Math.round(when.cpu * 100)}% is ${verdict}`, one] as const;
    }),
  )('%s', (_, one) => {
    const { verdict, permit, errors } = decide(stateOf(one, blueprint));
    expect(errors).toEqual([]);
    expect(verdict.authority, said(verdict)).toBe(one.verdict);
    // Allowed means allowed now: nothing in a calm state may hold it back.
    expect(permit !== undefined, said(verdict)).toBe(one.verdict === 'allowed');
  });
});

describe('the cases beside blueprints', () => {
  it('each have a blueprint', () => {
    const stray = names.filter(
      (name) => name.endsWith('.verdicts.yaml') && !documents.includes(name.replace('.verdicts.yaml', '.yaml')),
    );
    expect(stray).toEqual([]);
  });

  it('would be noticed if a blueprint granted more than its cases say', () => {
    const generous = { ...blueprintOf('frontend/blueprint.yaml') };
    const authority = {
      ...generous.authority,
      allowed: [...generous.authority.allowed, 'scale_beyond_limits' as const],
    };
    const unbound = { ...generous, authority: { ...authority, requiresApproval: [] } };
    const six: Case = { call: { tool: 'scale', replicas: 6 }, when: { replicas: 5, cpu: 0.95 }, verdict: 'restricted' };
    expect(decide(stateOf(six, unbound)).verdict.authority).not.toBe(six.verdict);
  });
});
