import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { KubeObject } from '../../../schema/kube.ts';
import { usualFile } from '../../../testing/usualBlueprint.ts';
import type { Io } from '../io.ts';
import type { Session } from '../session.ts';
import { FolderOfBlueprints } from './folder.ts';

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const fileOf = (name: string): string =>
  usualFile({ metadata: { name, namespace: 'shop' }, allowed: [], stabilization: '60s' });

it('a file that is taken away is told once: what it said stays in force', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-folder-'));
  dirs.push(dir);
  let said: string[] = [];
  const io = { err: (text: string) => void said.push(text) } as Partial<Io> as Io;
  const applyObject = async (_: unknown, value: KubeObject) => ({ ok: true, value }) as const;
  const reader = { get: async () => ({ ok: true, value: undefined }) };
  const session = { cluster: { namespace: 'shop', applyObject, reader } } as object as Session;
  const folder = new FolderOfBlueprints(dir, session, io);
  const [web, api] = ['web.yaml', 'api.yaml'].map((name) => path.join(dir, name));
  if (web === undefined || api === undefined) throw new Error('no files');
  writeFileSync(web, fileOf('web'));
  writeFileSync(api, fileOf('api'));
  const heard = async (): Promise<string> => {
    said = [];
    await folder.applyAll();
    return said.join('');
  };
  expect(await heard()).toMatch(/Blueprint web .*applied/);
  rmSync(web);
  expect(await heard()).toBe(
    `${web} is gone: Blueprint web stays in force; kubectl delete blueprints -n shop web ends it\n`,
  );
  expect(await heard()).toBe('');
  rmSync(api);
  expect(await heard()).toMatch(/Blueprint api stays in force[\s\S]*there is no \.yaml file/);
  writeFileSync(web, fileOf('web'));
  expect(await heard()).toMatch(/Blueprint web .*applied/);
});
