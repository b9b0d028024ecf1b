import { describe, expect, it } from 'vitest';
import { decide } from '../policy/decide.ts';
import { calmInput } from '../testing/gateInput.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { MemoryJournal } from '../testing/memoryJournal.ts';
import { replay } from './replay.ts';

describe('replay', () => {
  const input = calmInput({});

  it('agrees with every verdict the gate gave', async () => {
    const journal = new MemoryJournal(new ManualClock());
    await journal.append({ kind: 'call', subject: 'a', data: { input, verdict: decide(input).verdict } });
    await journal.append({ kind: 'phase', subject: 'a', data: {} });
    expect(replay(journal.records)).toEqual({ agreed: 1, disagreements: [] });
  });

  it.each([
    {
      when: 'the verdict is another than the gate gives',
      data: { input, verdict: { ...decide(input).verdict, authority: 'forbidden' } },
      message: 'the gate answers otherwise today',
    },
    { when: 'there is no input', data: { verdict: {} }, message: 'the record holds no gate input to judge again' },
  ])('disagrees where $when', async ({ data, message }) => {
    const journal = new MemoryJournal(new ManualClock());
    await journal.append({ kind: 'call', subject: 'a', data });
    expect(replay(journal.records)).toMatchObject({ agreed: 0, disagreements: [{ seq: 0, subject: 'a', message }] });
  });
});
