import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULE_IDS } from '../../src/schema/verdict.ts';
import { cli, STACK_TRACE } from './cli.ts';

const FOLDER = path.join(import.meta.dirname, '..', 'scenarios');
const file = (id: string): string => path.join(FOLDER, `${id}.yaml`);
const PAIR = [file('inj-02-g02-budget-fires'), file('inj-02-g02-budget-spared')];
const PAIRS = readdirSync(FOLDER)
  .filter((name) => /-g\d\d-.*\.yaml$/.test(name))
  .map((name) => path.join(FOLDER, name));

describe('fairlead scenario run --rules', () => {
  it('answers 1 and names the rules that fire nowhere, with the pair of the one that does', async () => {
    const { code, out, err } = await cli('scenario', 'run', '--rules', ...PAIR);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain('      fires   inj-02-g02-budget-fires (DisruptionBudget, refused)\n');
    expect(out).toContain('      spared  inj-02-g02-budget-spared\n');
    expect(out).toContain('              cluster.pdbs.0.min_available: 2, not 3\n');
    expect(out).toContain('in 2 scenarios; not so: G0, G1, G3, ');
    expect(out).not.toMatch(STACK_TRACE);
  });

  it('answers 0 where every rule is shown, and prints JSON alone', { timeout: 60_000 }, async () => {
    const { code, out, err } = await cli('scenario', 'run', '--rules', '-o', 'json', ...PAIRS);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ scenarios: PAIRS.length, proven: RULE_IDS.length });
  });

  it('has no JUnit form', async () => {
    const { code, out, err } = await cli('scenario', 'run', '--rules', '-o', 'junit', ...PAIR);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe('fairlead: --rules: prints a table or json, not junit; use -o table or -o json\n');
  });
});
