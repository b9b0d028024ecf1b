import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { linkCommand } from '../../src/faces/cli/people/linkCommand.ts';
import { runCli } from '../../src/faces/cli/program.ts';
import { serveWorld, type WorldServer } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { cli } from './cli.ts';

const USUAL = 'http://127.0.0.1:8484';
const OTHER = 'https://fairlead.example.com';

describe('the command that prints the first admin’s link', () => {
  it.each([
    [
      'people in the Secret',
      { people: 'secret', ownNamespace: 'agent-system' },
      USUAL,
      'kubectl exec -n agent-system statefulset/fairlead-gateway -- fairlead users add ada --role admin --secret',
    ],
    [
      'another namespace and a name of its own',
      { people: 'secret', ownNamespace: 'ops' },
      OTHER,
      `kubectl exec -n ops statefulset/fairlead-gateway -- fairlead users add ada --role admin --secret --namespace ops --url ${OTHER}`,
    ],
    [
      'people in a file of the pod',
      { people: 'file', ownNamespace: 'ops' },
      USUAL,
      'fairlead users add ada --role admin --data /data, in this pod',
    ],
  ] as const)('names the store: %s', (_, where, url, words) => {
    expect(linkCommand({ ...where, dataDir: '/data', inPod: true })?.({ name: 'ada' }, url)).toBe(words);
  });

  it('is not needed where a person started the gateway, and enters no pod where there is none', () => {
    const where = { ownNamespace: 'ops', dataDir: '/data', inPod: false };
    expect(linkCommand({ ...where, people: 'file' })).toBeUndefined();
    expect(linkCommand({ ...where, people: 'secret' })?.({ name: 'ada' }, OTHER)).toBe(
      `fairlead users add ada --role admin --secret --namespace ops --url ${OTHER}, with the kubeconfig of this process`,
    );
  });
});

describe('a gateway in a pod', () => {
  let dir: string;
  let server: WorldServer;
  let said = '';
  const stop = new AbortController();
  let serving: Promise<number>;
  const at = (name: string): string => path.join(dir, name);

  beforeAll(async () => {
    dir = mkdtempSync(path.join(tmpdir(), 'fairlead-first-admin-'));
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '10.0.0.1');
    const world = new World({ clock: systemClock, seed: 1 });
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agent-system' }, spec: {} });
    server = await serveWorld(world);
    writeFileSync(at('kubeconfig'), server.kubeconfig(), { mode: 0o600 });
    await new Promise<void>((resolve) => {
      const err = (text: string): void => {
        said += text;
        if (said.includes('approvals at')) resolve();
      };
      const argv = ['serve', '--port', '0', '--ops-port', '0', '--data', at('data'), '--kubeconfig', at('kubeconfig')];
      serving = runCli(argv, { out: () => {}, err, signal: stop.signal, interactive: false });
    });
  }, 60_000);
  afterAll(async () => {
    stop.abort();
    await serving;
    await server.close();
    rmSync(dir, { recursive: true, force: true });
    vi.unstubAllEnvs();
  });

  it('prints no link, but the command that does', async () => {
    const [, command = ''] = /a one-time link is printed by: fairlead (.*), in this pod\n/.exec(said) ?? [];
    const link = await cli(...command.split(' '));
    expect(link.code).toBe(0);
    const [, url, token] = /^(\S+)\/#\/first-run\?token=([\w-]+)\n$/.exec(link.out) ?? [];
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ token, password: 'correct horse battery' });
    expect((await fetch(`${url}/api/first-run`, { method: 'POST', headers, body })).status).toBe(200);
    expect(said).not.toMatch(/token=/);
  });

  it('takes one store at a time', async () => {
    const two = await cli('users', 'list', '--secret', '--data', at('data'));
    expect([two.code, two.err]).toEqual([2, expect.stringContaining('--data and --secret name two stores')]);
  });
});
