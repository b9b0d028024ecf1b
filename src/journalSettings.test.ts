import { describe, expect, it } from 'vitest';
import { decisionKeep, journalSettings } from './journalSettings.ts';

const DAY = 86_400_000;

describe('how journals are kept', () => {
  it.each([
    [{}, { maxBytes: 16 * 2 ** 20, keep: { ageMs: 90 * DAY, files: 40 } }],
    [
      { journalSize: '64Ki', journalKeep: 'all' },
      { maxBytes: 65_536, keep: {} },
    ],
    [
      { journalSize: '1Gi', journalKeep: '12' },
      { maxBytes: 2 ** 30, keep: { files: 12 } },
    ],
    [{ journalKeep: '36h,4' }, { maxBytes: 16 * 2 ** 20, keep: { ageMs: 36 * 3_600_000, files: 4 } }],
    [{ journalKeep: '4,1h' }, { maxBytes: 16 * 2 ** 20, keep: { ageMs: 3_600_000, files: 4 } }],
  ])('is what %j says', (flags, settings) => {
    expect(journalSettings(flags)).toEqual({ ok: true, value: settings });
  });

  it.each([
    [{ journalSize: '16' }, '--journal-size 16: write a size between 64Ki and 1Gi, such as 16Mi'],
    [{ journalSize: '63Ki' }, '--journal-size 63Ki: '],
    [{ journalSize: '1025Mi' }, '--journal-size 1025Mi: '],
    [{ journalKeep: '' }, '--journal-keep : '],
    [{ journalKeep: '59m' }, '--journal-keep 59m: write an age of at least 1h (90d), '],
    [{ journalKeep: '0d' }, '--journal-keep 0d: '],
    [{ journalKeep: '90d,30d' }, '--journal-keep 90d,30d: '],
    [{ journalKeep: 'some' }, '--journal-keep some: '],
  ])('is refused as %j with what to write', (flags, words) => {
    const read = journalSettings(flags);
    expect(read.ok ? '' : read.error).toContain(words);
  });
});

describe('how Decisions are kept', () => {
  it.each([
    [undefined, undefined],
    ['all', {}],
    ['30d,500', { ageMs: 30 * DAY, count: 500 }],
    ['20', { count: 20 }],
  ])('is what %j says', (text, value) => {
    expect(decisionKeep(text === undefined ? {} : { decisionKeep: text })).toEqual({ ok: true, value });
  });

  it.each(['19', '59m', '7d,200,1', ''])('is refused as %j with what to write', (text) => {
    const read = decisionKeep({ decisionKeep: text });
    expect(read.ok ? '' : read.error).toBe(
      `--decision-keep ${text}: write an age of at least 1h (7d), a number of the newest of each blueprint of at least 20 (200), both (7d,200), or all`,
    );
  });
});
