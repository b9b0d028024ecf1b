import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { folderFiles } from '../src/adapters/blueprintFiles/folderFiles.ts';
import type { GatewayDeps } from '../src/gateway/deps.ts';
import { finishRaises } from '../src/gateway/finishRaises.ts';
import { RAISED_BY_ANNOTATION } from '../src/schema/allowance.ts';
import { BlueprintSpec } from '../src/schema/blueprint/document.ts';
import { KINDS, type KubeObject } from '../src/schema/kube.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { A, type Approvals, changeBlueprint, openApprovals } from './stages/approvalStage.ts';

const opened: Approvals[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const { stage } of opened.splice(0)) stage.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Eight are asked for where six are the limit, and one person chose to raise it. */
async function chosen(): Promise<Approvals> {
  const all = await openApprovals();
  opened.push(all);
  await all.ask(A, 8);
  expect(await all.says(A, { vote: 'approve', choice: 'update_blueprint' })).toBe('approved');
  return all;
}

const blueprintOf = ({ stage }: Approvals): { version: string; max: number; by: string | undefined } => {
  const object = stage.world.get(KINDS.Blueprint, 'shop', 'web');
  const { version, scaling } = BlueprintSpec.parse(object?.spec);
  return { version, max: scaling.max_replicas, by: object?.metadata.annotations?.[RAISED_BY_ANNOTATION] };
};
const RAISED = { version: '1.1.0', max: 8 };

const byArgo = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, managedFields: [{ manager: 'argocd-controller', operation: 'Apply' }] },
});

describe('what people chose to raise', () => {
  it('is raised by the gateway, then allowed by the new version itself, and the approval is used', async () => {
    const all = await chosen();
    const { run, gateway, stage, phase } = all;
    await run(30_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Deferred', reason: 'RaiseAwaited' });
    expect([stage.writes(), blueprintOf(all).max]).toEqual([0, 6]);
    expect(await finishRaises(gateway)).toEqual({});
    expect(blueprintOf(all)).toMatchObject({ ...RAISED, by: expect.stringMatching(/^omar-/) as string });
    await run(150_000);
    expect([stage.replicas(), stage.writes(), phase(A)]).toEqual([8, 1, 'Consumed']);
    expect(stage.status(A)).toMatchObject({ phase: 'Succeeded', verdict: { operation: 'scale_within_limits' } });
  });

  it('and was raised before the executor looked is carried out all the same', async () => {
    const all = await chosen();
    await finishRaises(all.gateway);
    await all.run(45_000);
    expect([all.stage.replicas(), all.stage.writes(), all.phase(A)]).toEqual([8, 1, 'Consumed']);
  });

  it.each(['before the journal', 'before the write', 'after the write'])(
    'is finished by the next gateway where the first was killed %s',
    async (moment) => {
      const all = await chosen();
      const { gateway, stage, run } = all;
      const die = (): never => {
        throw new Error('killed');
      };
      const killed = {
        ...gateway,
        ...(moment === 'before the journal' && { observer: { ...gateway.observer, approvals: die } }),
        ...(moment === 'before the write' && { records: { ...gateway.records, replace: die } }),
        ...(moment === 'after the write' && {
          records: {
            ...gateway.records,
            replace: async (...args: Parameters<typeof gateway.records.replace>) => {
              await gateway.records.replace(...args);
              return die();
            },
          },
        }),
      };
      await expect(finishRaises(killed)).rejects.toThrow('killed');
      await run(15_000);
      await finishRaises({ ...gateway, journal: new MemoryJournal(stage.clock, 'gateway-next') });
      expect(blueprintOf(all)).toMatchObject(RAISED);
      await run(45_000);
      expect([stage.replicas(), stage.writes()]).toEqual([8, 1]);
    },
  );

  it('is raised once by two gateways', async () => {
    const all = await chosen();
    const { gateway, stage } = all;
    const other = { ...gateway, journal: new MemoryJournal(stage.clock, 'gateway-other') };
    await Promise.all([finishRaises(gateway), finishRaises(other)]);
    await stage.world.advance(1);
    await Promise.all([finishRaises(gateway), finishRaises(other)]);
    expect(blueprintOf(all)).toMatchObject(RAISED);
    const writes = stage.port.calls.filter(({ verb, path }) => verb === 'update' && /blueprints\/web$/.test(path));
    expect(writes.filter(({ path }) => !path.includes('status')).length).toBeLessThanOrEqual(2);
  });

  it('and is never raised expires with words, and no gateway raises it later', async () => {
    const all = await chosen();
    const { run, stage, phase, gateway } = all;
    await run(11 * 60_000);
    expect(stage.status(A)).toMatchObject({ phase: 'Expired', reason: 'NotRaised' });
    expect([phase(A), stage.writes()]).toEqual(['Expired', 0]);
    await finishRaises(gateway);
    expect(blueprintOf(all)).toMatchObject({ version: '1.0.0', max: 6 });
  });

  it('is asked anew where the blueprint changed otherwise', async () => {
    const all = await chosen();
    const { run, stage, gateway, phase } = all;
    changeBlueprint(stage, (spec) => {
      spec['version'] = '1.0.1';
    });
    await stage.observe(15_000);
    await finishRaises(gateway);
    expect(blueprintOf(all)).toMatchObject({ version: '1.0.1', max: 6 });
    await run(30_000);
    expect([phase(A), phase(`${A}-2`)]).toEqual(['Superseded', 'Pending']);
    expect(stage.writes()).toBe(0);
  });

  it('is once where one of two wanted it once', async () => {
    const all = await openApprovals({ spec: { approval: { quorum: 2 } } });
    opened.push(all);
    await all.ask(A, 8);
    await all.says(A, { vote: 'approve', choice: 'update_blueprint' });
    await all.says(A, { vote: 'approve', choice: 'once' }, 'dana');
    await finishRaises(all.gateway);
    await all.run(30_000);
    expect(blueprintOf(all).max).toBe(6);
    expect([all.stage.replicas(), all.stage.writes()]).toEqual([8, 1]);
  });

  it('into the file of a folder is written there once, also while nobody has applied that yet', async () => {
    const all = await chosen();
    const { gateway, stage } = all;
    const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-raise-'));
    folders.push(dir);
    const { apiVersion, kind, spec } = stage.world.get(KINDS.Blueprint, 'shop', 'web') ?? {};
    const file = path.join(dir, 'web.yaml');
    writeFileSync(file, JSON.stringify({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec }));
    const journal = new MemoryJournal(stage.clock, 'gateway-up');
    const up: GatewayDeps = { ...gateway, journal, files: folderFiles(dir, 'shop') };
    for (let look = 0; look < 3; look += 1) await finishRaises(up);
    expect(journal.of('raise')).toHaveLength(1);
    expect(readFileSync(file, 'utf8')).toMatch(/"version":"1\.1\.0".*"max_replicas":8/);
    expect(blueprintOf(all)).toMatchObject({ version: '1.0.0', max: 6 });
  });

  it('into a file that is another by now is tried again without a word in the journal for each try', async () => {
    const all = await chosen();
    const { gateway, stage } = all;
    const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-raise-'));
    folders.push(dir);
    const { apiVersion, kind, spec } = stage.world.get(KINDS.Blueprint, 'shop', 'web') ?? {};
    const edited = { ...BlueprintSpec.parse(spec), version: '1.0.1' };
    const text = JSON.stringify({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec: edited });
    writeFileSync(path.join(dir, 'web.yaml'), text);
    const journal = new MemoryJournal(stage.clock, 'gateway-up');
    const up: GatewayDeps = { ...gateway, journal, files: folderFiles(dir, 'shop') };
    for (let look = 0; look < 3; look += 1) expect(await finishRaises(up)).toHaveProperty('againAt');
    expect(journal.of('raise')).toEqual([]);
    expect(readFileSync(path.join(dir, 'web.yaml'), 'utf8')).toBe(text);
  });

  it('is not offered where a tool owns the Blueprint: then it is once', async () => {
    const all = await openApprovals();
    opened.push(all);
    const { observer } = all.gateway;
    const owned: GatewayDeps = {
      ...all.gateway,
      observer: {
        views: () => observer.views(),
        history: (namespace, name) => observer.history(namespace, name),
        decisions: () => observer.decisions(),
        approvals: () => observer.approvals(),
        onChange: (listener) => observer.onChange(listener),
        fresh: async (namespace, name) => {
          const seen = await observer.fresh(namespace, name);
          return seen.ok ? { ok: true, value: { ...seen.value, object: byArgo(seen.value.object) } } : seen;
        },
      },
    };
    await all.ask(A, 8);
    expect(await all.says(A, { vote: 'approve', choice: 'update_blueprint' }, 'omar', owned)).toContain(
      'in its repository',
    );
    expect(await all.says(A, { vote: 'approve' }, 'omar', owned)).toBe('approved');
    await finishRaises(owned);
    await all.run(30_000);
    expect(blueprintOf(all).max).toBe(6);
    expect(all.stage.replicas()).toBe(8);
  });
});
