import { expect, it } from 'vitest';
import { missingOf } from './missing.ts';
import { loadOf, MINUTE, withProduct } from './world.ts';

it('a log that lost any record of a decision is seen to have lost it', { timeout: 60_000 }, async () => {
  await withProduct([{ name: 'web', replicas: 2, load: loadOf(170) }], async ({ run, play, records }) => {
    await play(5 * MINUTE);
    const [decision] = run.decisions('shop');
    if (decision === undefined) throw new Error('nothing was decided');
    const all = records();
    expect(missingOf(decision, all)).toEqual([]);
    for (const kind of ['call', 'intent', 'applied', 'verified', 'phase'] as const) {
      expect(
        missingOf(
          decision,
          all.filter((record) => record.kind !== kind),
        ),
        kind,
      ).not.toEqual([]);
    }
    const late = all.map((record) => (record.kind === 'intent' ? { ...record, at: record.at + MINUTE } : record));
    expect(missingOf(decision, late).join()).toContain('before its write');
    expect(missingOf({ ...decision, spec: { ...decision.spec, rationale: '' } }, all).join()).toContain('no reason');
  });
});
