import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { monitoringFiles } from '../scripts/monitoring/monitoringFiles.ts';
import { ALERT_CASES, type AlertCase } from './alertCases.ts';
import { cli } from './cli/cli.ts';
import { describePromtool, promtool } from './promtool.ts';

const ROOT = path.join(import.meta.dirname, '..');
const RULES = path.join(ROOT, 'deploy/monitoring/alerts.yaml');
const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook_url', string>>;
}
const rules = (parse(read('deploy/monitoring/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

describe('the alert rules', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s has a runbook, words and a known severity',
    (_, rule) => {
      const anchor = rule.alert.toLowerCase();
      expect(rule.annotations.runbook_url).toBe(`docs/RUNBOOKS.md#${anchor}`);
      expect(['page', 'warning', 'info']).toContain(rule.labels.severity);
      for (const words of [rule.annotations.summary, rule.annotations.description])
        expect(words.length).toBeGreaterThan(15);
    },
  );

  it('have a section each in the runbooks, with a command to look and a way out', () => {
    const sections = read('docs/RUNBOOKS.md').split(/^## /m).slice(1);
    expect(sections.map((section) => section.split('\n', 1)[0])).toEqual(rules.map(({ alert }) => alert));
    for (const section of sections) {
      for (const part of ['**Means**', '**Look**', '**Mend**']) expect(section).toContain(part);
    }
  });

  it('send nobody to a command that is none', async () => {
    const said = [...read('docs/RUNBOOKS.md').matchAll(/(?:^|`)fairlead ([a-z-]+)/gm)].map(
      ([, command = '']) => command,
    );
    expect(said.length).toBeGreaterThan(20);
    for (const command of new Set(said)) {
      expect([command, (await cli(command, '--help')).code]).toEqual([command, 0]);
    }
  });

  it('are all tried', () => {
    expect(new Set(ALERT_CASES.map(({ alert }) => alert))).toEqual(new Set(rules.map(({ alert }) => alert)));
  });

  it.each(monitoringFiles().map(([name, text]) => [name, text] as const))(
    '%s is what npm run gen writes',
    (name, text) => {
      expect(read(name)).toBe(text);
    },
  );
});

describePromtool('the alert rules, as Prometheus takes them', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'fairlead-rules-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('are valid', () => {
    expect(promtool(['check', 'rules', RULES])).toMatchObject({ code: 0 });
  });

  it.each([
    ['fire when they should', true],
    ['stay quiet when they should', false],
  ] as const)(
    '%s',
    (_, fires) => {
      const file = path.join(dir, `${fires}.yaml`);
      const tests = ALERT_CASES.flatMap((one) => (fires ? firing(one) : [test(one, one.good, one.at, undefined)]));
      writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests }));
      const { code, said } = promtool(['test', 'rules', file]);
      expect(said).toMatch(/SUCCESS/);
      expect(code).toBe(0);
    },
    60_000,
  );

  it('notices a rule that does not fire', () => {
    const [one] = ALERT_CASES;
    if (one === undefined) throw new Error('no case');
    const file = path.join(dir, 'wrong.yaml');
    const tests = [test(one, one.good, one.at, one.labels ?? {})];
    writeFileSync(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests }));
    expect(promtool(['test', 'rules', file]).code).not.toBe(0);
  });
});

/** At its time, and not from the first sample on: what has a `for` waits for it. */
function firing(one: AlertCase): object[] {
  const waits = rules.find(({ alert }) => alert === one.alert)?.for !== undefined;
  return [test(one, one.bad, one.at, one.labels ?? {}), ...(waits ? [test(one, one.bad, 0, undefined)] : [])];
}

function test(
  { alert }: AlertCase,
  series: AlertCase['bad'],
  at: number,
  labels: Readonly<Record<string, string>> | undefined,
): object {
  const severity = rules.find((rule) => rule.alert === alert)?.labels.severity ?? '';
  const all = { alertname: alert, alertstate: 'firing', severity, ...labels };
  const text = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
  return {
    name: `${alert} at ${at}m`,
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: `ALERTS{alertname="${alert}", alertstate="firing"}`,
        eval_time: `${at}m`,
        exp_samples: labels === undefined ? [] : [{ labels: `ALERTS{${text.join(', ')}}`, value: 1 }],
      },
    ],
  };
}
