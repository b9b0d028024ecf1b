import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { jsonText } from '../schema/jsonText.ts';
import { readScenario } from './readScenario.ts';
import { scenarioSchema } from './scenarioSchema.ts';

const GOOD = {
  id: 'auto-01-calm',
  title: 'calm',
  category: 'autonomous',
  polarity: 'refrain',
  tags: [],
  source: [{ repo: 'own' }],
  time: { tick_seconds: 15, ticks: 4 },
  model: { mode: 'live' },
  cluster: {
    namespaces: ['shop'],
    deployments: [{ namespace: 'shop', name: 'web', replicas: 2, ready: 2, image: 'web:1', resources: {} }],
  },
  plant: {},
  blueprints: [
    {
      applies_to: { namespace: 'shop', deployment: 'web' },
      blueprint: {
        metadata: { name: 'web', version: '1.0.0' },
        spec: { scaling: { min_replicas: 1, max_replicas: 3 } },
      },
    },
  ],
  stimulus: [{ at_tick: 1, process: 'kill_and_start' }],
  expect: [{ replicas: { target: 'shop/web', at_end: [2, null] } }],
  why: 'to show the format',
};

describe('the scenario format', () => {
  it('takes the shortest scenario', () => {
    expect(readScenario(stringify(GOOD), 'calm.yaml')).toMatchObject({ ok: true });
  });

  it.each<[string, object, string]>([
    ['an unknown key', { ...GOOD, extra: 1 }, 'extra'],
    ['a tick of another length', { ...GOOD, time: { tick_seconds: 10, ticks: 4 } }, 'tick_seconds'],
    ...['tomorrow', '2026-01-09', '2026-01-09T18:00:00', '2026-01-09T18:00:00+01:00', '2026-02-30T18:00:00Z'].map(
      (start): [string, object, string] => [
        `a start of ${start}`,
        { ...GOOD, time: { ...GOOD.time, start } },
        'expected an instant in UTC such as 2026-01-09T18:00:00Z\n  → at time.start',
      ],
    ),
    [
      'two assertions in one entry',
      { ...GOOD, expect: [{ ...GOOD.expect[0], escalated: { target: '*' } }] },
      'one assertion',
    ],
    ['an assertion that does not exist', { ...GOOD, expect: [{ replica: {} }] }, 'replica'],
    [
      'a wrong key deep inside',
      { ...GOOD, expect: [{ any_of: [GOOD.expect[0], { gap: { object: 'x' } }] }] },
      'any_of',
    ],
    [
      'two events in one entry',
      {
        ...GOOD,
        stimulus: [
          { at_tick: 1, process: 'kill_and_start', external_change: { object: 'deployment/a/b', set: {}, actor: 'x' } },
        ],
      },
      'one event',
    ],
    ['an id of no kind', { ...GOOD, id: 'calm' }, 'id'],
    [
      'two kinds of answer in a turn',
      { ...GOOD, model: { mode: 'scripted', script: [{ say: 'a', empty: true }] } },
      'one kind',
    ],
  ])('refuses %s, naming it', (_what, scenario, word) => {
    const read = readScenario(stringify(scenario), 'bad.yaml');
    expect(read.ok ? 'taken' : read.error).toContain(word);
  });

  it('refuses anchors', () => {
    const read = readScenario('a: &x 1\nb: *x\n', 'anchors.yaml');
    expect(read.ok ? 'taken' : read.error).toContain('anchors');
  });

  it('is the schema that editors use', () => {
    const file = path.join(import.meta.dirname, '..', '..', 'schemas', 'scenario.schema.json');
    expect(readFileSync(file, 'utf8')).toBe(`${jsonText(scenarioSchema())}\n`);
  });
});
