import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { runCli } from '../../src/faces/cli/program.ts';
import { selfSigned } from '../../src/testing/selfSigned.ts';
import { serveWorld } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { cli } from './cli.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A folder with a certificate, its key, and a kubeconfig of an empty cluster. */
async function folder() {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-tls-'));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  const world = new World({ clock: systemClock, seed: 1 });
  world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agent-system' }, spec: {} });
  const server = await serveWorld(world);
  ends.push(() => server.close());
  const own = selfSigned(systemClock.now());
  const at = (name: string): string => path.join(dir, name);
  writeFileSync(at('kubeconfig'), server.kubeconfig(), { mode: 0o600 });
  writeFileSync(at('tls.crt'), own.cert);
  writeFileSync(at('tls.key'), own.key, { mode: 0o600 });
  writeFileSync(at('other.key'), selfSigned(systemClock.now()).key, { mode: 0o600 });
  return { at, ca: own.cert, flags: ['--port', '0', '--data', at('data'), '--kubeconfig', at('kubeconfig')] };
}

const get = (url: string, ca: string): Promise<[number | undefined, string]> =>
  new Promise((resolve, reject) => {
    const call = request(url, { ca }, (response) => {
      let text = '';
      response.on('data', (part) => (text += String(part)));
      response.on('end', () => resolve([response.statusCode, text]));
    });
    call.on('error', reject);
    call.end();
  });

describe('fairlead serve --tls-cert --tls-key', () => {
  it('answers over TLS with that certificate, and its links say https', async () => {
    const { at, ca, flags } = await folder();
    const stop = new AbortController();
    let said = '';
    const serving: { code?: Promise<number> } = {};
    await new Promise<void>((resolve) => {
      const err = (text: string): void => {
        said += text;
        if (said.includes('#/first-run?token=')) resolve();
      };
      const io = { out: () => undefined, err, signal: stop.signal, interactive: false };
      serving.code = runCli(['serve', '--tls-cert', at('tls.crt'), '--tls-key', at('tls.key'), ...flags], io);
    });
    ends.push(async () => {
      stop.abort();
      expect(await serving.code).toBe(0);
    });
    const url = /approvals at (\S+)/.exec(said)?.[1] ?? '';
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(said).toContain(`${url}/#/first-run?token=`);
    expect(await get(`${url}/healthz`, ca)).toEqual([200, '{"ok":true}']);
  });

  it('says that a key belongs to another certificate, and does not stand there without one', async () => {
    const { at, flags } = await folder();
    const ran = await cli('serve', '--tls-cert', at('tls.crt'), '--tls-key', at('other.key'), ...flags);
    expect([ran.code, ran.err]).toEqual([1, expect.stringMatching(/the certificate cannot be used: .*mismatch/)]);
  });
});
