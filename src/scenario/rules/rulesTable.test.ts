import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RuleId } from '../../schema/verdict.ts';
import { RULE_IDS } from '../../schema/verdict.ts';
import type { Scenario } from '../format.ts';
import { readScenario } from '../readScenario.ts';
import { differences } from './difference.ts';
import { joinedFirings, ruleFirings } from './ruleFirings.ts';
import { rulesJson, rulesText } from './rulesReport.ts';
import { isProven, type PlayedRules, rulesTable } from './rulesTable.ts';

const FILE = path.join(import.meta.dirname, '..', '..', '..', 'test', 'scenarios', 'auto-50-steady.yaml');
const read = readScenario(readFileSync(FILE, 'utf8'), FILE);
if (!read.ok) throw new Error(read.error);
const STEADY = read.value;

function scenario(id: string, ticks: number, more: Partial<Scenario> = {}): Scenario {
  return { ...STEADY, id: `auto-01-${id}`, time: { tick_seconds: 15, ticks }, ...more };
}

/** A run in which `call` was judged, and these rules stopped it. */
const run = (of: Scenario, fired: readonly RuleId[], call = 'scale'): PlayedRules => ({
  scenario: of,
  rules: {
    judged: new Set([call]),
    fired: new Map(fired.map((rule) => [rule, [{ stop: 'refused', code: 'Because', call }]])),
  },
});

const rowOf = (rule: RuleId, played: readonly PlayedRules[]) => rulesTable(played).find((row) => row.rule === rule);

describe('rulesTable', () => {
  it('shows the pair that differs in one fact, and which', () => {
    const row = rowOf('G2', [run(scenario('fires', 9), ['G2']), run(scenario('spared', 8), [])]);
    expect(row).toEqual({
      rule: 'G2',
      fired: 1,
      stops: { refused: 1, restricted: 0, deferred: 0 },
      pair: {
        fires: 'auto-01-fires',
        code: 'Because',
        stop: 'refused',
        spared: 'auto-01-spared',
        difference: { path: 'time.ticks', here: 9, there: 8 },
      },
    });
  });

  it.each<[string, PlayedRules[]]>([
    ['it never fired', [run(scenario('a', 9), []), run(scenario('b', 8), ['G3'])]],
    ['it fired everywhere', [run(scenario('a', 9), ['G2']), run(scenario('b', 8), ['G2'])]],
    ['what spares it was asked for something else', [run(scenario('a', 9), ['G2']), run(scenario('b', 8), [], 'read')]],
    ['what spares it is the same', [run(scenario('a', 9), ['G2']), run(scenario('b', 9), [])]],
    [
      'what spares it differs in two facts',
      [run(scenario('a', 9), ['G2']), run(scenario('b', 8, { model: { mode: 'scripted' } }), [])],
    ],
  ])('proves nothing of a rule when %s', (_why, played) => {
    const row = rowOf('G2', played);
    expect(row && isProven(row)).toBe(false);
  });

  it('shows the scenario that is about the rule, then the one in which it fires alone', () => {
    const spared = run(scenario('spared', 8), []);
    const crowd = run(scenario('crowd', 9), ['G2', 'G3']);
    const alone = run(scenario('alone', 9), ['G2']);
    const about = run(scenario('about', 9, { tags: ['G2'] }), ['G2', 'G3']);
    expect(rowOf('G2', [crowd, alone, spared])?.pair?.fires).toBe('auto-01-alone');
    expect(rowOf('G2', [crowd, alone, about, spared])?.pair?.fires).toBe('auto-01-about');
  });

  it('is told for people and for machines, the missing ones by name', () => {
    const rows = rulesTable([run(scenario('fires', 9), ['G2', 'G3']), run(scenario('spared', 8), ['G3'])]);
    const text = rulesText(rows, 2);
    expect(text).toContain('      fires   auto-01-fires (Because, refused)\n      spared  auto-01-spared\n');
    expect(text).toContain('              time.ticks: 8, not 9\n');
    expect(text).toContain(
      `1 of ${RULE_IDS.length} rules fire, and are seen to spare the nearest neighbour, in 2 scenarios; not so: G0, G1, G3`,
    );
    expect(text).toMatch(/G4 +0 +0 +0 +0 {3}evidence must cover pods\n {6}never fired\n/);
    const json: unknown = JSON.parse(rulesJson(rows, 2));
    expect(json).toMatchObject({ scenarios: 2, proven: 1, rules: { length: RULE_IDS.length } });
    expect(json).toHaveProperty('rules.2', {
      rule: 'G2',
      obligations: ['disruption budgets must hold'],
      fired: 1,
      refused: 1,
      restricted: 0,
      deferred: 0,
      fires: { scenario: 'auto-01-fires', code: 'Because', stop: 'refused' },
      spared: { scenario: 'auto-01-spared', path: 'time.ticks', fires: 9, spares: 8 },
    });
  });
});

describe('differences', () => {
  it.each<[string, Partial<Scenario>, { path: string; here: unknown; there: unknown }[]]>([
    ['what it is called and expects', { id: 'auto-02-x', title: 'x', tags: ['x'], why: 'x', expect: [] }, []],
    ['one value deep inside', { time: { tick_seconds: 15, ticks: 7 } }, [{ path: 'time.ticks', here: 60, there: 7 }]],
    [
      'something said by one of them only, however large',
      { stimulus: [{ at_tick: 1, process: 'kill_and_start' }] },
      [{ path: 'stimulus.0', here: undefined, there: { at_tick: 1, process: 'kill_and_start' } }],
    ],
    [
      'another kind of value',
      { plant: { loads: [{ target: 'shop/web', rps: [[0, 1]] }] } },
      [
        { path: 'plant.loads.0.rps', here: 300, there: [[0, 1]] },
        { path: 'plant.loads.0.cpu_m_per_rps', here: 2, there: undefined },
      ],
    ],
  ])('counts %s', (_what, change, found) => {
    const here = { ...STEADY, time: { tick_seconds: 15 as const, ticks: 60 }, plant: plantOf(300) };
    expect(differences(here, { ...here, ...change })).toEqual(found);
  });
});

const plantOf = (rps: number): Scenario['plant'] => ({ loads: [{ target: 'shop/web', rps, cpu_m_per_rps: 2 }] });

describe('ruleFirings', () => {
  const call = (request: object, findings: readonly object[]) => ({
    seq: 0,
    prev: '',
    at: 0,
    writer: 'controller',
    kind: 'call' as const,
    subject: '',
    data: { input: { request }, verdict: { findings } },
    hash: '',
  });

  it('reads what stopped each call from the journals; a note stops none', () => {
    const records = [
      call({ tool: 'scale', effect: 'change' }, [
        { rule: 'G1', code: 'A', effect: 'forbid' },
        { rule: 'G8', code: 'OneStep', effect: 'note' },
      ]),
      call({ tool: 'scale', effect: 'change', undo: {} }, [{ rule: 'G17', code: 'B', effect: 'wait' }]),
      call({ tool: 'delete_secret', effect: 'unknown' }, [{ rule: 'G1', code: 'C', effect: 'restrict' }]),
      { ...call({}, []), kind: 'phase' as const },
    ];
    const firings = ruleFirings({ journals: [{ writer: 'controller', records, lines: [] }] });
    expect([...firings.judged]).toEqual(['scale', 'undo of scale', 'unknown']);
    expect(Object.fromEntries(firings.fired)).toEqual({
      G1: [
        { stop: 'refused', code: 'A', call: 'scale' },
        { stop: 'restricted', code: 'C', call: 'unknown' },
      ],
      G17: [{ stop: 'deferred', code: 'B', call: 'undo of scale' }],
    });
    expect(joinedFirings([firings, firings]).fired.get('G17')).toHaveLength(2);
  });
});
