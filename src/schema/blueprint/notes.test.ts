import { describe, expect, it } from 'vitest';
import type { BlueprintDoc } from './doc.ts';
import { FULL, SHORT } from './fixtures.ts';
import { loadBlueprint } from './load.ts';
import { costsOf, notesOf } from './notes.ts';

const docOf = (text: string): BlueprintDoc => {
  const loaded = loadBlueprint(text, 'blueprint.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value;
};
const notes = (text: string): string[] => notesOf(docOf(text));

const changed = (from: string | RegExp, to: string): string => {
  const text = FULL.replace(from, to);
  expect(text).not.toBe(FULL);
  return text;
};

const withSpec = (line: string): string => changed('spec:\n', `spec:\n  ${line}\n`);
const WITH_ZERO = changed('restart_pods]', 'restart_pods, scale_to_zero]');
const RESOURCES = / {2}resources:\n.*\n.*\n/;
const NOTHING = changed(/allowed_operations: .*\n {4}requires_approval:\n.*\n.*\n.*\n/, 'allowed_operations: []\n');

describe('of an ordinary document', () => {
  it('nothing is said', () => {
    expect(notes(FULL)).toEqual([]);
  });
});

describe('a note', () => {
  it.each([
    ['it grants nothing', NOTHING, 'it grants nothing'],
    ['it names no authority', changed(/governance:[\s\S]*verification:/, 'verification:'), 'it grants nothing'],
    [
      'it may shrink to nothing and is not let',
      changed('min_replicas: 2', 'min_replicas: 0'),
      'scale_to_zero is not granted',
    ],
    ['it grants resources without bounds', changed(RESOURCES, ''), 'spec.resources has no bounds'],
    [
      'an approval cannot lift what is forbidden',
      changed('forbidden_operations:  [', 'forbidden_operations:  [scale_beyond_limits, '),
      'it is forbidden, approved or not',
    ],
    ['it goes down far below the usual', changed('threshold: 40%', 'threshold: 20%'), 'far below the usual 40%'],
    ['it has no objective but checks', changed(/ {2}performance:\n.*\n.*\n/, ''), 'only CPU is watched'],
    ['it has objectives, and an empty list of checks', changed(/checks:\n.*\n.*\n/, 'checks: []\n'), 'checks is empty'],
    [
      'a check is the wrong way round',
      changed('target: "< 1%"', 'target: ">= 1%"'),
      'the check error_rate demands error_rate >= 1%: a change fails while the service is well; "<= 1%"',
    ],
    [
      'a check by another name is the wrong way round',
      changed('name: latency_p95, type: threshold, target: "<', 'name: fast, signal: latency_p95, target: ">'),
      'the check fast demands latency_p95 > 200ms',
    ],
    [
      'agents go beyond the limits unasked',
      changed(/restart_pods\]\n {4}requires_approval:\n.*\n.*\n.*\n/, 'restart_pods, scale_beyond_limits]\n'),
      'without asking anybody',
    ],
    ['its budget is none', withSpec('safety: { operations_per_hour: 0 }'), 'operations_per_hour is 0: nothing is ever'],
    [
      'it is always frozen',
      withSpec('freeze: [{ cron: 0 0 * * 1-5, duration: 24h }, { cron: 0 0 * * 6, duration: 48h }]'),
      'spec.freeze covers all of the time',
    ],
    ['every hour is frozen', withSpec('freeze: [{ cron: "0 * * * *", duration: 1h }]'), 'covers all of the time'],
    ['there is nothing to scale', changed('max_replicas: 10', 'max_replicas: 2'), 'are both 2'],
    [
      'an operation is granted twice',
      changed('restart_pods]', 'restart_pods, restart_pods, restart_pods]'),
      'restart_pods stands twice in allowed_operations',
    ],
    [
      'an operation is forbidden twice',
      changed('change_rbac]', 'change_rbac, change_rbac]'),
      'change_rbac stands twice in forbidden_operations',
    ],
    ['it has neither', SHORT, 'only CPU is watched, and no change is verified'],
  ])('says that %s', (_, text, words) => {
    const said = notes(text);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(words);
  });

  it.each([
    ['zero replicas that are granted', WITH_ZERO.replace('min_replicas: 2', 'min_replicas: 0')],
    [
      'zero replicas that people may grant',
      changed('scale_beyond_limits', 'scale_to_zero').replace('min_replicas: 2', 'min_replicas: 0'),
    ],
    ['resources with bounds for one of them', changed(/ {4}memory: .*\n/, '')],
    [
      'resources without bounds where they are not granted',
      changed(RESOURCES, '').replace('adjust_resources_within_bounds, ', ''),
    ],
    ['a grant that asks', changed(/allowed_operations: .*/, 'allowed_operations: []')],
    [
      'a check that wants CPU to be used',
      changed('name: error_rate,', 'name: busy, signal: cpu_utilization,').replace('"< 1%"', '"> 1%"'),
    ],
    [
      'going beyond the limits, where a person is asked',
      changed('restart_pods]', 'restart_pods, scale_beyond_limits]'),
    ],
    ['a freeze with a moment between', withSpec('freeze: [{ cron: 0 0 * * *, duration: 23h59m }]')],
    ['a freeze of all days but one', withSpec('freeze: [{ cron: 0 0 * * 0-5, duration: 24h }]')],
    [
      'a service of a fixed size that is only restarted',
      changed('max_replicas: 10', 'max_replicas: 2').replace('scale_within_limits, ', ''),
    ],
    ['one objective', changed(/ {4}error_rate_threshold.*\n/, '')],
    ['a threshold a little below the usual', changed('threshold: 40%', 'threshold: 37%')],
  ])('is not given for %s', (_, text) => {
    expect(notes(text)).toEqual([]);
  });

  it('counts what is forbidden as not granted', () => {
    const both = changed(/allowed_operations: .*/, 'allowed_operations: []').replace(
      '[delete_deployment',
      '[scale_beyond_limits, delete_deployment',
    );
    expect(notes(both)).toEqual([
      expect.stringContaining('approved or not'),
      expect.stringContaining('it grants nothing'),
    ]);
  });
});

describe('a cost, for whoever asks', () => {
  const COST = 'scale_down_threshold 40% lies below target_cpu_utilization 70%';
  it.each([
    ['written', FULL, [expect.stringContaining(COST)]],
    ['left to its default', SHORT, [expect.stringContaining(COST)]],
    ['so far below that a note says it', changed('threshold: 40%', 'threshold: 20%'), []],
  ])('is told of a threshold for going down that is %s', (_, text, told) => {
    expect(costsOf(docOf(text))).toEqual(told);
  });
});
