import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { cluster } from './cluster.ts';
import type { Io } from './io.ts';

it('the cluster to try says a folder of blueprints that is there wherever a person is', async () => {
  const stop = new AbortController();
  let [out, err] = ['', ''];
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
      stop.abort();
    },
    signal: stop.signal,
  } as Partial<Io> as Io;
  expect(await cluster(io, {})).toBe(0);
  expect(out).toMatch(/^export KUBECONFIG=\S+\n$/);
  const folder = /fairlead up "(.+)"/.exec(err)?.[1] ?? '';
  expect(path.isAbsolute(folder)).toBe(true);
  expect(existsSync(path.join(folder, 'blueprint.yaml'))).toBe(true);
});
