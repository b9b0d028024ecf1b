import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, STACK_TRACE } from './cli.ts';

let dir: string;
let server: Server | undefined;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-trouble-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  rmSync(dir, { recursive: true, force: true });
});

function kubeconfig(address: string): string {
  const file = path.join(dir, 'kubeconfig');
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: address } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'prod',
    }),
  );
  return file;
}

/** An API server that has one answer, and what it was asked. */
async function answering(code: number, message: string): Promise<{ file: string; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', () => resolve()));
  return { file: kubeconfig(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), asked };
}

const blueprint = path.join(import.meta.dirname, '..', '..', 'blueprints', 'frontend', 'blueprint.yaml');
const COMMANDS: readonly (readonly string[])[] = [
  ['status'],
  ['decisions'],
  ['why', 'shop/web-1'],
  ['what-if', 'scale', 'shop/web', '--replicas', '3'],
  ['pause', '--all', '--reason', 'x'],
  ['stop', 'shop/web', '--reason', 'x'],
  ['resume', 'shop/web'],
  ['apply', '-f', blueprint],
  ['up', path.dirname(blueprint)],
  ['run'],
  ['executor'],
];

describe.each(COMMANDS)('fairlead %s', (...command) => {
  it.each([
    {
      answer: 'the login is refused',
      code: 401,
      message: 'Unauthorized',
      words: /Unauthorized\n {2}fix: .*log in again/,
    },
    {
      answer: 'a right is missing',
      code: 403,
      message: 'x is forbidden',
      words: /x is forbidden\n {2}fix: ask for that right/,
    },
    {
      answer: 'our kinds are not served',
      code: 404,
      message: 'not found',
      words: /does not know our resources yet\n {2}fix: fairlead install --crds/,
    },
  ])('fails with the place and the fix where $answer, and writes nothing', async ({ code: status, message, words }) => {
    const { file, asked } = await answering(status, message);
    const { code, out, err } = await cli(...command, '--kubeconfig', file);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(words);
    expect(err).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
    expect(err).not.toMatch(STACK_TRACE);
    expect(asked.filter((line) => !line.startsWith('GET '))).toEqual([]);
  });

  it('fails where there is no kubeconfig', async () => {
    const { code, out, err } = await cli(...command, '--kubeconfig', path.join(dir, 'absent'));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/no kubeconfig at .*absent[\s\S]*fix: /);
  });
});

describe('fairlead doctor', () => {
  it('says which dependency is wrong, and the fix, and looks at the others all the same', async () => {
    const { file } = await answering(401, 'Unauthorized');
    const { code, out } = await cli('doctor', '--kubeconfig', file, '--data', path.join(dir, 'data'));
    expect(code).toBe(1);
    expect(out).toMatch(/^fine {3}node/m);
    expect(out).toMatch(/^wrong {2}cluster.*Unauthorized\n.*fix: /m);
    expect(out).toMatch(/^off {4}model.*in this shell/m);
  });

  it('never shows the key that an endpoint answers with', async () => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'Incorrect API key: sk-abcdefghijklmnopqrst' } }));
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const { out } = await cli('doctor', '--model-url', url, '--kubeconfig', path.join(dir, 'absent'), '--data', dir);
    expect(out).toMatch(/wrong {2}model.*unauthorised.*\n.*fix: check FAIRLEAD_MODEL_KEY/);
    expect(out).not.toMatch(/sk-abc/);
  });

  it('names a data folder that cannot be made', async () => {
    writeFileSync(path.join(dir, 'file'), '');
    const { out } = await cli('doctor', '--data', path.join(dir, 'file'), '--kubeconfig', path.join(dir, 'absent'));
    expect(out).toMatch(/wrong {2}data folder.*file cannot be made or written.*\n.*fix: --data names/);
  });
});
