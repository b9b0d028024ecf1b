import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { Assertion } from './expectation.ts';
import { violations } from './invariants.ts';
import { play } from './play.ts';
import { readScenario } from './readScenario.ts';
import type { Seen } from './seen.ts';

/** A spike on `shop/web`: 3 pods become 6 around tick 7, once, and stay. */
const FILE = path.join(import.meta.dirname, '..', '..', 'test', 'scenarios', 'auto-51-step-up.yaml');
let seen: Seen;

beforeAll(async () => {
  const read = readScenario(readFileSync(FILE, 'utf8'), FILE);
  if (!read.ok) throw new Error(read.error);
  seen = await play(read.value, {
    run: 'live',
    model: { kind: 'rules' },
    seed: 1,
    promptsDir: path.join(import.meta.dirname, '..', '..', 'prompts'),
    beside: () => '',
  });
});

const WEB = 'shop/web';
const THEN = 'then';
const OBJECT = 'deployment/shop/web';

describe('every assertion can hold and can fail', () => {
  it.each<[name: string, holds: unknown, fails: unknown]>([
    ['replicas', { target: WEB, by_tick: 14, within: [6, 6] }, { target: WEB, by_tick: 14, within: [7, null] }],
    ['replicas', { target: WEB, at_end: [6, 6] }, { target: WEB, at_end: [null, 5] }],
    ['replicas', { target: WEB, always: [3, 6] }, { target: WEB, always: [3, 5] }],
    ['replicas', { target: WEB, always: [3, 3], ticks: [0, 6] }, { target: WEB, always: [3, 3], ticks: [0, 9] }],
    ['ready', { target: WEB, by_tick: 14, min: 6 }, { target: WEB, by_tick: 4, min: 6 }],
    ['ready', { target: WEB, always_min: 3 }, { target: WEB, always_min: 4 }],
    [
      'resources',
      { target: WEB, field: 'cpu.request', at_end: ['0.5', '600m'] },
      { target: WEB, field: 'cpu.limit', always: ['100m', '900m'] },
    ],
    ['image', { target: WEB, at_end: 'registry.example/web:1.0.0' }, { target: WEB, equals: 'registry.example/web:2' }],
    [
      'mutations',
      { object: OBJECT, change: 'replicas', count: [1, 1] },
      { object: '*/*/*', change: 'any', count: [0, 0] },
    ],
    [
      'mutations',
      { object: OBJECT, change: 'restart', count: [0, 0] },
      { object: OBJECT, change: 'replicas', count: [1, 1], ticks: [0, 5] },
    ],
    [
      'attempts',
      { object: OBJECT, change: 'replicas', count: [1, 1] },
      { object: '*/*/*', change: 'any', count: [0, 0] },
    ],
    ['forbidden', { object: '*/*/*', change: ['delete', 'create'] }, { object: OBJECT, change: ['replicas'] }],
    [
      'writes_within',
      { target: WEB, field: 'replicas', range: [6, 6] },
      { target: WEB, field: 'replicas', range: [1, 5] },
    ],
    ['direction_changes', { target: WEB, max: 0 }, { target: WEB, max: -1 }],
    ['gap', { object: OBJECT, change: 'replicas', min_seconds: 60 }, undefined],
    [
      'order',
      { first: { object: OBJECT }, [THEN]: { change: 'replicas' } },
      { first: { change: 'image' }, [THEN]: {} },
    ],
    [
      'approval',
      { operation: '*', target: '*', status: ['pending'], count: [0, 0] },
      { operation: 'scale', target: WEB, status: ['approved'], count: [1, null] },
    ],
    [
      'audit',
      { operation: 'scale', target: WEB, outcome: ['executed'], count: [1, 1] },
      { operation: 'scale', target: WEB, outcome: ['denied', 'throttled'], count: [1, null] },
    ],
    ['audit_entry_size', { max_bytes: 100_000 }, { max_bytes: 100 }],
    ['audit_survives_restart', undefined, true],
    ['reply', undefined, { message: 1, non_empty: true }],
    ['no_secret_leak', { surfaces: ['audit', 'log'] }, undefined],
    [
      'no_codepoints',
      { surfaces: ['audit'], ranges: [['U+202A', 'U+202E']] },
      { surfaces: ['audit'], ranges: [['0041', '005A']] },
    ],
    ['breaker', { target: WEB, state: 'closed', at: 'end' }, { target: WEB, state: 'open', seen_between: [0, 30] }],
    [
      'metric',
      { target: WEB, name: 'cpu_utilization_pct', at: 'end', between: [60, 70] },
      { target: 'cluster', name: 'pending_pods', at: 'end', between: [1, null] },
    ],
    [
      'metric_breach',
      { target: WEB, name: 'cpu_utilization_pct', above: 80, max_ticks: 4 },
      { target: WEB, name: 'cpu_utilization_pct', above: 60, max_ticks: 4 },
    ],
    [
      'compare',
      { left: 'ready(shop/web)', op: '==', right: '6', at: 'end' },
      { left: 'replicas(shop/web)', op: '<=', right: '5', at: 'end' },
    ],
    ['escalated', undefined, { target: '*' }],
    ['model_calls', { max_total: 0 }, { max_total: -1 }],
    ['process', { alive: true, unhandled_errors: 0 }, { alive: true, max_rss_growth_mib: -1_000_000 }],
    ['api_paths', { matches_none: ['/secrets'] }, { matches_none: ['/DEPLOYMENTS/web'] }],
    [
      'any_of',
      [{ escalated: { target: '*' } }, { model_calls: { max_total: 0 } }],
      [{ escalated: { target: '*' } }, { model_calls: { max_total: -1 } }],
    ],
    [
      'if_seen',
      { when: { object: OBJECT, direction: 'down' }, [THEN]: { escalated: { target: '*' } } },
      { when: { object: OBJECT, change: 'replicas', direction: 'up' }, [THEN]: { escalated: { target: '*' } } },
    ],
  ])('%s', (name, holds, fails) => {
    if (holds !== undefined) expect(check(Assertion.parse({ [name]: holds }), seen)).toEqual([]);
    if (fails !== undefined) expect(check(Assertion.parse({ [name]: fails }), seen).length).toBeGreaterThan(0);
  });

  it('a secret is found in any of its shapes', () => {
    const [secret = ''] = seen.canaries;
    const leak = Assertion.parse({
      no_secret_leak: { surfaces: ['log'], encodings: ['plain', 'base64', 'hex', 'url', 'reversed'] },
    });
    for (const text of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex')]) {
      expect(check(leak, { ...seen, log: [`key ${text}`] }).length).toBeGreaterThan(0);
    }
  });

  it('a gap counts from write to write, the undo aside', () => {
    const [effect] = seen.effects;
    if (effect?.lastChange === undefined) throw new Error('there was no change');
    const later = { ...effect, at: effect.at + 59_000 };
    const gap = Assertion.parse({ gap: { object: OBJECT, change: 'replicas', min_seconds: 60 } });
    expect(check(gap, { ...seen, effects: [effect, later] })).toHaveLength(1);
    const undo = { ...later, lastChange: { ...effect.lastChange, undo: true } };
    expect(check(gap, { ...seen, effects: [effect, undo] })).toEqual([]);
  });
});

describe('every invariant sees its breach', () => {
  const ids = (changed: Seen): string[] => violations(changed).map(({ id }) => id);
  const effect = () => {
    const [first] = seen.effects;
    if (first === undefined) throw new Error('there was no change');
    return first;
  };

  it('and none where there is none', () => expect(violations(seen)).toEqual([]));

  it.each<[id: string, breach: () => Seen]>([
    ['INV-01', () => ({ ...seen, effects: [{ ...effect(), object: 'deployment/shop/other' }] })],
    ['INV-02', () => ({ ...seen, attempts: [{ at: seen.startedAt, object: OBJECT, change: 'delete', undo: false }] })],
    ['INV-03', () => ({ ...seen, inForce: seen.inForce.map((entry) => narrowed(entry)) })],
    ['INV-05', () => ({ ...seen, inForce: seen.inForce.map((entry) => ungranted(entry)) })],
    [
      'INV-06',
      () => ({
        ...seen,
        effects: Array.from({ length: 11 }, (_, n) => ({ ...effect(), at: effect().at + n * 61_000 })),
      }),
    ],
    ['INV-07', () => ({ ...seen, effects: [effect(), { ...effect(), at: effect().at + 59_999 }] })],
    ['INV-09', () => ({ ...seen, log: [...seen.canaries] })],
    ['INV-10', () => ({ ...seen, samples: seen.samples.map(opened) })],
    ['INV-11', () => ({ ...seen, decisions: [] })],
    ['INV-11', () => ({ ...seen, journals: seen.journals.map((journal) => ({ ...journal, records: [] })) })],
    ['INV-13', () => ({ ...seen, process: { ...seen.process, died: 'Error: out of memory' } })],
    ['INV-13', () => ({ ...seen, process: { ...seen.process, late: [3] } })],
    [
      'INV-14',
      () => ({ ...seen, samples: seen.samples.map((sample) => ({ ...sample, observed: new Set<string>() })) }),
    ],
  ])('%s', (id, breach) => expect(ids(breach())).toContain(id));
});

type Entry = Seen['inForce'][number];
const narrowed = (entry: Entry): Entry => ({
  ...entry,
  blueprint: { ...entry.blueprint, scaling: { ...entry.blueprint.scaling, maxReplicas: 5 } },
});
const ungranted = (entry: Entry): Entry => ({
  ...entry,
  blueprint: { ...entry.blueprint, authority: { ...entry.blueprint.authority, allowed: [] } },
});
const opened = (sample: Seen['samples'][number]): Seen['samples'][number] => ({
  ...sample,
  services: new Map(
    [...sample.services].map(([target, service]) => [target, { ...service, breaker: 'open' as const }]),
  ),
});
