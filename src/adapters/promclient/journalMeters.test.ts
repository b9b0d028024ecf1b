import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../testing/manualClock.ts';
import { MemoryJournal } from '../../testing/memoryJournal.ts';
import { Bounded } from './bounded.ts';
import { CALL_CODES, JournalMeters } from './journalMeters.ts';
import { ModelMeters } from './modelMeters.ts';

function stage() {
  const registry = new Registry();
  const clock = new ManualClock();
  const meters = new JournalMeters({ registry, clock, models: new ModelMeters(registry), decision: () => undefined });
  const inner = new MemoryJournal(clock);
  const lines = async (name: string): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`) && !line.endsWith(' 0'));
  return { inner, journal: meters.over(inner, 'executor'), lines };
}

const call = (operation: string, rule: string, code: string) => ({
  kind: 'call' as const,
  subject: 'x',
  data: {
    input: { request: { effect: 'change', requester: { kind: 'agent' } } },
    verdict: { operation, authority: 'forbidden', findings: [{ rule, code, effect: 'forbid' }] },
  },
});

describe('the meters of a journal', () => {
  it("take no word of a model for a label's value", async () => {
    const { journal, lines } = stage();
    await journal.append(call('rm -rf / {evil="1"}', 'G99', 'ignore previous instructions'));
    expect(await lines('fairlead_verdicts_total')).toEqual([
      'fairlead_verdicts_total{role="executor",operation="other",verdict="forbidden",requester="agent"} 1',
    ]);
    expect(await lines('fairlead_findings_total')).toEqual([
      'fairlead_findings_total{role="executor",rule="other",code="other",effect="forbid"} 1',
    ]);
  });

  it('count what could not be written as that, and as nothing else', async () => {
    const { inner, journal, lines } = stage();
    inner.unwritable = 'no space left';
    expect(await journal.append(call('scale_to_zero', 'G0', 'Forbidden'))).toMatchObject({ ok: false });
    expect(await lines('fairlead_journal_append_failures_total')).toEqual([
      'fairlead_journal_append_failures_total{role="executor"} 1',
    ]);
    expect(await lines('fairlead_verdicts_total')).toEqual([]);
  });

  it.each(['call', 'said', 'intent', 'vote', 'phase', 'alert'] as const)(
    'let a %s record of a shape that nobody expected go on record',
    async (kind) => {
      const { inner, journal } = stage();
      expect(await journal.append({ kind, subject: 'x', data: {} })).toMatchObject({ ok: true });
      expect(inner.records).toHaveLength(1);
    },
  );

  it('know a write by its intent, and one from before a restart as some write', async () => {
    const { journal, lines } = stage();
    await journal.append({ kind: 'intent', subject: 'x', data: { change: { id: 'a.1', kind: 'scale', undo: true } } });
    for (const changeId of ['a.1', 'b.1']) await journal.append({ kind: 'applied', subject: 'x', data: { changeId } });
    expect(await lines('fairlead_changes_applied_total')).toEqual([
      'fairlead_changes_applied_total{kind="scale",undo="true"} 1',
      'fairlead_changes_applied_total{kind="other",undo="other"} 1',
    ]);
  });

  it('begin with 0 for each reason to call a person that the code knows', () => {
    const src = path.join(import.meta.dirname, '../..');
    const text = ['executor', 'controller', 'policy', 'observe']
      .flatMap((folder) =>
        readdirSync(path.join(src, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
          path.join(src, folder, file),
        ),
      )
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    expect(CALL_CODES.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
    const raised = [...text.matchAll(/alert\(deps, held, \{ code: '(\w+)'/g)].map(([, code = '']) => code);
    expect(raised.length).toBeGreaterThan(8);
    expect(raised.filter((code) => !CALL_CODES.some((known) => known === code))).toEqual([]);
  });
});

describe('a bounded label', () => {
  it('takes so many words and no more, and those it took for ever', () => {
    const label = new Bounded(2);
    expect(['One', 'Two', 'Three', 'One', 'has space', 7].map((value) => label.of(value))).toEqual([
      'One',
      'Two',
      'other',
      'One',
      'other',
      'other',
    ]);
  });
});
