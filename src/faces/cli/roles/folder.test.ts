import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** A folder, what takes it over, and what is said of it: `said` gives all of it once it matches. */
function opened() {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-folder-'));
  dirs.push(dir);
  let text = '';
  let heard = (): void => undefined;
  const io = {
    err: (words: string) => {
      text += words;
      heard();
    },
  } as Partial<Io> as Io;
  const applyObject = async (_: unknown, value: KubeObject) => ({ ok: true, value }) as const;
  const reader = { get: async () => ({ ok: true, value: undefined }) };
  const session = { cluster: { namespace: 'shop', applyObject, reader } } as object as Session;
  const folder = new FolderOfBlueprints(dir, session, io);
  const taken = (): string => {
    const was = text;
    text = '';
    return was;
  };
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      heard = () => {
        if (pattern.test(text)) resolve(taken());
      };
      heard();
    });
  return { dir, folder, taken, said };
}

it('a file that is taken away is told once: what it said stays in force', async () => {
  const { dir, folder, taken } = opened();
  const [web, api] = ['web.yaml', 'api.yaml'].map((name) => path.join(dir, name));
  if (web === undefined || api === undefined) throw new Error('no files');
  writeFileSync(web, fileOf('web'));
  writeFileSync(api, fileOf('api'));
  const heard = async (): Promise<string> => {
    await folder.applyAll();
    return taken();
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

it('an edit is heard without a pass: of a file that was replaced before, in a folder that is new, in one that was replaced', async () => {
  const { dir, folder, said } = opened();
  const file = path.join(dir, 'web.yaml');
  const version = (text: string): string => fileOf('web').replace(/version: \S+/, `version: ${text}`);
  writeFileSync(file, version('1.0.0'));
  const stop = new AbortController();
  const watching = folder.watch(stop.signal);
  await said(/web 1\.0\.0 applied/);

  // As sed -i and most editors do it, and then as a shell does.
  writeFileSync(`${file}.new`, version('1.1.0'));
  renameSync(`${file}.new`, file);
  await said(/web 1\.1\.0 applied/);
  writeFileSync(file, version('1.2.0'));
  await said(/web 1\.2\.0 applied/);

  const team = path.join(dir, 'team');
  for (const name of ['api', 'cart']) {
    rmSync(team, { recursive: true, force: true });
    mkdirSync(team);
    writeFileSync(path.join(team, 'one.yaml'), fileOf(name));
    await said(new RegExp(`Blueprint ${name} .*applied`));
  }
  writeFileSync(path.join(team, 'one.yaml'), fileOf('till'));
  await said(/Blueprint till .*applied/);
  stop.abort();
  await watching;
});
