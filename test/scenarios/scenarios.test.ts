import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/scenario/format.ts';
import { readScenario } from '../../src/scenario/readScenario.ts';
import { differences } from '../../src/scenario/rules/difference.ts';
import { isProven, rulesTable } from '../../src/scenario/rules/rulesTable.ts';
import { runScenario, type ScenarioResult } from '../../src/scenario/runScenario.ts';
import { RULE_IDS } from '../../src/schema/verdict.ts';

const FOLDER = import.meta.dirname;
const files = readdirSync(FOLDER).filter((name) => /^[^_].*\.yaml$/.test(name));
const options = {
  model: { kind: 'rules' as const },
  seed: 1,
  repeat: 1,
  promptsDir: path.join(FOLDER, '..', '..', 'prompts'),
  beside: (name: string) => readFileSync(path.join(FOLDER, name), 'utf8'),
};

const read = (file: string): Scenario => {
  const scenario = readScenario(readFileSync(path.join(FOLDER, file), 'utf8'), file);
  if (!scenario.ok) throw new Error(scenario.error);
  return scenario.value;
};

/** Each is played once, whichever test asks first. */
const results = new Map<string, Promise<ScenarioResult>>();
function played(file: string): Promise<ScenarioResult> {
  const known = results.get(file) ?? runScenario(read(file), options);
  results.set(file, known);
  return known;
}

describe('scenarios', () => {
  it('are there', () => {
    expect(files.length).toBeGreaterThan(150);
  });

  it.each(files)('%s', { timeout: 60_000 }, async (file) => {
    expect(file).toBe(`${read(file).id}.yaml`);
    const { result, failures } = await played(file);
    expect({ result, failures }).toEqual({ result: 'passed', failures: [] });
  });
});

describe('every rule of the gate', () => {
  it('fires in a scenario, and spares the same scenario but for one fact', { timeout: 300_000 }, async () => {
    const all = [];
    for (const file of files) all.push({ scenario: read(file), rules: (await played(file)).rules });
    const rows = rulesTable(all);
    expect(rows.map(({ rule }) => rule)).toEqual(RULE_IDS);
    const unproven = rows.filter((row) => !isProven(row)).map(({ rule, fired }) => ({ rule, fired }));
    expect(unproven, 'rules that no two scenarios, alike but for one fact, set off and spare').toEqual([]);
  });

  const pairs = files.flatMap((file) => {
    const [, stem, number] = /^(.*-g(\d\d)-.*)-fires\.yaml$/.exec(file) ?? [];
    return stem === undefined ? [] : [{ rule: RULE_IDS[Number(number)], fires: file, spared: `${stem}-spared.yaml` }];
  });

  it('has a pair of its own', () => {
    const missing = RULE_IDS.filter((id) => !pairs.some(({ rule }) => rule === id));
    expect(missing, 'rules without a file *-gNN-*-fires.yaml in test/scenarios').toEqual([]);
    expect(files.filter((file) => file.endsWith('-spared.yaml'))).toEqual(pairs.map(({ spared }) => spared));
  });

  it.each(pairs)('$rule: $fires and its neighbour', { timeout: 60_000 }, async ({ rule, fires, spared }) => {
    if (rule === undefined) throw new Error(`${fires}: there is no such rule`);
    expect(differences(read(fires), read(spared)), `facts in which ${fires} and ${spared} differ`).toHaveLength(1);
    const [there, here] = [(await played(fires)).rules, (await played(spared)).rules];
    expect({ [fires]: there.fired.has(rule), [spared]: here.fired.has(rule) }).toEqual({
      [fires]: true,
      [spared]: false,
    });
    // A rule that was not asked spares nobody.
    const stopped = there.fired.get(rule)?.map(({ call }) => call) ?? [];
    expect(
      stopped.some((call) => here.judged.has(call)),
      `a call that ${rule} stops in ${fires} (${stopped.join(', ')}) is judged in ${spared} as well`,
    ).toBe(true);
  });
});
