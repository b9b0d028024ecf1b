import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKubeconfig } from './kubeconfig.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fairlead-kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const file = (text: string): string => {
  count += 1;
  const written = path.join(folder, `config-${count}`);
  writeFileSync(written, text);
  return written;
};
const config = (name: string, server: string, more = ''): string => `
apiVersion: v1
kind: Config
clusters: [{name: ${name}, cluster: {server: "${server}"${more}}}]
users: [{name: ${name}, user: {token: ${name}-token}}]
contexts:
- {name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: ${name}-space}}
- {name: ${name}-plain, context: {cluster: ${name}, user: ${name}}}
current-context: ${name}
`;

describe('loadKubeconfig', () => {
  it('gives server, context and its namespace', async () => {
    const loaded = await loadKubeconfig({ kubeconfig: file(config('a', 'https://one.example:6443')) });
    expect(loaded).toMatchObject({ ok: true, value: { context: 'a', namespace: 'a-space', tokenFile: undefined } });
    expect(loaded.ok && loaded.value.server.origin).toBe('https://one.example:6443');
  });

  it('takes another context when told, which may name no namespace', async () => {
    const loaded = await loadKubeconfig({ kubeconfig: file(config('a', 'https://x.example')), context: 'a-plain' });
    expect(loaded).toMatchObject({ ok: true, value: { context: 'a-plain', namespace: undefined } });
  });

  it('merges several files as kubectl does: the first one wins, and one that is missing is passed over', async () => {
    const kubeconfig = [
      path.join(folder, 'missing'),
      file(config('a', 'https://first.example')),
      file(config('a', 'https://second.example')),
      file(config('b', 'https://third.example')),
    ].join(path.delimiter);
    const first = await loadKubeconfig({ kubeconfig });
    expect(first.ok && first.value.server.host).toBe('first.example');
    const other = await loadKubeconfig({ kubeconfig, context: 'b' });
    expect(other.ok && other.value.server.host).toBe('third.example');
  });

  it('finds a token file beside the kubeconfig', async () => {
    const text = config('a', 'https://x.example').replace('token: a-token', 'tokenFile: here/token');
    const loaded = await loadKubeconfig({ kubeconfig: file(text) });
    expect(loaded.ok && loaded.value.tokenFile).toBe(path.join(folder, 'here', 'token'));
  });

  it.each([
    ['http://127.0.0.1:8080', '', true],
    ['http://localhost:8080', '', true],
    ['http://[::1]:8080', '', true],
    ['http://10.0.0.1:8080', '', false],
    ['http://127.0.0.1.evil.example', '', false],
    ['http://10.0.0.1:8080', ', insecure-skip-tls-verify: true', true],
  ])('sends credentials in the clear to %s%s: %s', async (server, more, accepted) => {
    const loaded = await loadKubeconfig({ kubeconfig: file(config('a', server, more)) });
    expect(loaded.ok).toBe(accepted);
    if (!loaded.ok) expect(loaded.error).toMatch(/plain http/);
  });

  it.each<[string, () => Parameters<typeof loadKubeconfig>[0], RegExp]>([
    ['no such file', () => ({ kubeconfig: '/nowhere/config' }), /no kubeconfig at \/nowhere\/config/],
    ['not YAML', () => ({ kubeconfig: file('{') }), /cannot read .*config-\d+/],
    ['no cluster', () => ({ kubeconfig: file('{}') }), /names no cluster/],
    ['a server that is no URL', () => ({ kubeconfig: file(config('a', 'nothing')) }), /is no URL: nothing/],
    [
      'a context that is not there',
      () => ({ kubeconfig: file(config('a', 'https://x.example')), context: 'z' }),
      /no context "z"; it has: a, a-plain/,
    ],
  ])('says what is wrong with %s', async (_, options, words) => {
    const loaded = await loadKubeconfig(options());
    expect(loaded).toEqual({ ok: false, error: expect.stringMatching(words) });
  });
});
