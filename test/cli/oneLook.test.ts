import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openShop, SHOP } from '../../src/faces/cli/demo/shop.ts';
import { KINDS } from '../../src/schema/kube.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { USUAL } from '../../src/testing/usualBlueprint.ts';
import { serveWorld, type WorldServer } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { cli, type Ran } from './cli.ts';

/** The demo's shop, and a blueprint whose Deployment has another name. */
let dir: string;
let server: WorldServer;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-look-'));
  const world = new World({ clock: new ManualClock(), seed: 1 });
  openShop(world);
  for (const { name } of SHOP) world.setLoad(`shop/${name}`, { rps: 100, cpu_m_per_rps: 5, latency_ms_base: 60 });
  world.apply({
    apiVersion: KINDS.Blueprint.apiVersion,
    kind: KINDS.Blueprint.kind,
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      version: '1.0.0',
      target: { kind: 'Deployment', name: 'web-app' },
      scaling: USUAL.scaling,
      governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
    },
  });
  for (let minute = 0; minute < 10; minute += 1) await world.advance(60_000);
  server = await serveWorld(world);
  writeFileSync(path.join(dir, 'kubeconfig'), server.kubeconfig(), { mode: 0o600 });
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const fairlead = (...argv: string[]): Promise<Ran> => cli(...argv, '--kubeconfig', path.join(dir, 'kubeconfig'));

describe('a look at the cluster from the command line', () => {
  it('what-if says that it looks for a moment only where the answer hangs on history, and there alone', async () => {
    const words = /^ {2}what-if looks for a moment .*fairlead decisions shop\/frontend .*fairlead why/m;
    const { out } = await fairlead('what-if', 'scale', 'shop/frontend', '--replicas', '1');
    expect(out).toMatch(/ ShortHistory: /);
    expect(out).toMatch(words);
    expect((await fairlead('what-if', 'scale', 'shop/frontend', '--replicas', '3')).out).not.toMatch(words);
  });

  it.each([
    ['scale_within_limits', 'scale_within_limits is what a blueprint grants; the call is scale'],
    ['scale-beyond-limits', 'scale_beyond_limits is what a blueprint grants; the call is scale'],
    [
      'adjust_resources_within_bounds',
      'adjust_resources_within_bounds is what a blueprint grants; the call is adjust_resources',
    ],
  ])('what-if says of %s, which blueprints grant, which call that is', async (operation, words) => {
    const { code, err } = await fairlead('what-if', operation, 'shop/frontend', '--replicas', '3');
    expect([code, err]).toEqual([1, `fairlead: ${words}\n`]);
  });

  it('status fails for a service that nothing governs, and knows one by its Deployment too', async () => {
    expect(await fairlead('status', 'shop/nope')).toEqual({
      code: 1,
      out: '',
      err: 'fairlead: no blueprint governs shop/nope; fairlead status lists them\n',
    });
    expect(await fairlead('status', 'empty/')).toMatchObject({ code: 0, out: 'no blueprint matches empty/\n' });
    expect(await fairlead('status', 'shop/web-app')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^shop\/web .*no Deployment web-app/m),
    });
  });
});
