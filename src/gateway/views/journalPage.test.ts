import { describe, expect, it } from 'vitest';
import { identity, openViewStage } from '../../../test/stages/viewStage.ts';
import type { JournalFiles } from '../../ports/journalFiles.ts';
import { MemoryJournal } from '../../testing/memoryJournal.ts';
import type { GatewayDeps } from '../deps.ts';
import type { Identity } from '../people/identity.ts';
import { journalExport } from './journalExport.ts';
import { journalPage } from './journalPage.ts';

/** A gateway's journal with a login and a signed vote in it. */
async function voted(): Promise<{ deps: GatewayDeps; close: () => void }> {
  const view = await openViewStage();
  const { journal } = view.deps;
  if (!(journal instanceof MemoryJournal)) throw new Error('the stage keeps its journal in memory');
  await journal.append({ kind: 'access', subject: '', data: { who: 'ann', what: 'logged in', from: '192.0.2.7' } });
  await view.answer({ choice: 'once' });
  const lines = [...journal.records.map((record) => JSON.stringify(record)), ''];
  const journals: JournalFiles = { read: () => Promise.resolve({ ok: true, value: [{ file: 'g.jsonl', lines }] }) };
  return { deps: { ...view.deps, journals }, close: () => view.stage.close() };
}

const token: Identity['by'] = { kind: 'token', id: 't', scopes: ['read'] };

describe('a journal taken along', () => {
  it('is the file byte for byte, and who took it stands in the log', async () => {
    const { deps, close } = await voted();
    const read = await deps.journals?.read();
    const taken = await journalExport(deps, identity(), 'g.jsonl');
    const none = await journalExport(deps, identity(), '../g.jsonl');
    close();
    expect(taken).toEqual({ ok: true, value: read?.ok === true ? read.value[0]?.lines.join('\n') : '' });
    expect(none).toMatchObject({ ok: false, error: { code: 'notFound' } });
    const { journal } = deps;
    const noted = journal instanceof MemoryJournal ? journal.of('access').at(-1)?.data : undefined;
    expect(noted).toEqual({ who: 'ann', what: 'took a copy of the journal', whom: 'g.jsonl' });
  });

  it('is not handed out while that cannot be recorded (P4)', async () => {
    const { deps, close } = await voted();
    const full = { code: 'JournalUnwritable' as const, message: 'disk full' };
    const journal = { ...deps.journal, append: () => Promise.resolve({ ok: false as const, error: full }) };
    const taken = await journalExport({ ...deps, journal }, identity(), 'g.jsonl');
    close();
    expect(taken).toMatchObject({ ok: false, error: { code: 'unavailable' } });
  });
});

describe('who logged in from where, and how a vote is signed', () => {
  it.each([
    ['an operator', identity(), true],
    ['an admin', identity('root', { role: 'admin' }), true],
    ['a viewer', identity('vera', { role: 'viewer' }), false],
    ['the token of an admin, which a dashboard may hold', identity('root', { role: 'admin', by: token }), false],
  ])('is shown to %s: %o', async (_, who, shown) => {
    const { deps, close } = await voted();
    const page = await journalPage(deps, who, {});
    const asked = await journalPage(deps, who, { kind: 'access' });
    close();
    if (!page.ok || !asked.ok) throw new Error('the journal is there');
    const text = JSON.stringify(page.value.items);
    expect([text.includes('192.0.2.7'), /signature\\*":\\*"[\w-]{80}/.test(text)]).toEqual([shown, shown]);
    expect(asked.value.items).toHaveLength(shown ? 1 : 0);
    // The vote itself is everybody's to see, and so is that nothing was taken out of the log.
    expect(text).toContain('\\"by\\":\\"ann\\"');
    expect(page.value.chain).toMatchObject({ sound: true, records: 2 });
  });
});

describe('a record in one line', () => {
  it('has its time beside it, not once more as a number', async () => {
    const { deps, close } = await voted();
    await deps.journal.append({
      kind: 'applied',
      subject: 'web-1',
      data: { at: 1_767_575_520_001, changeId: 'web-1.1' },
    });
    const { journal } = deps;
    const lines = journal instanceof MemoryJournal ? journal.records.map((record) => JSON.stringify(record)) : [];
    const journals: JournalFiles = {
      read: () => Promise.resolve({ ok: true, value: [{ file: 'g.jsonl', lines: [...lines, ''] }] }),
    };
    const page = await journalPage({ ...deps, journals }, identity(), { kind: 'applied' });
    close();
    expect(page.ok && page.value.items.map(({ text }) => text)).toEqual(['changeId web-1.1']);
  });
});
