import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openShop, SHOP } from '../../src/faces/cli/demo/shop.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { serveWorld, type WorldServer } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { cli, type Ran } from './cli.ts';

/** A cluster whose time is not this machine's: the demo's shop, or a real one beside a clock that is wrong. */
let dir: string;
let server: WorldServer;

beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-time-'));
  const world = new World({ clock: new ManualClock(), seed: 1 });
  openShop(world);
  for (const { name } of SHOP) world.setLoad(`shop/${name}`, { rps: 100, cpu_m_per_rps: 5, latency_ms_base: 60 });
  for (let minute = 0; minute < 10; minute += 1) await world.advance(60_000);
  server = await serveWorld(world);
  writeFileSync(path.join(dir, 'kubeconfig'), server.kubeconfig(), { mode: 0o600 });
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

const fairlead = (...argv: string[]): Promise<Ran> => cli(...argv, '--kubeconfig', path.join(dir, 'kubeconfig'));

describe('in a cluster of another time', () => {
  it('status judges the numbers by its time, not by ours', async () => {
    const { code, out } = await fairlead('status');
    expect(code).toBe(0);
    expect(out).toMatch(/^shop\/frontend +2\/2 +2\.\.5 +\d+% +\d+ ms +[\d.]+% +autonomous +\S+ +calm$/m);
    expect(out).not.toContain('stale');
    expect(out).not.toContain('fleet halt');
    expect(out, 'no CircuitBreaker is there yet').toMatch(/^shop\/frontend .* autonomous +- /m);
    expect(out).toMatch(/^no executor runs in agent-system: none has run yet: nobody acts, verifies or undoes$/m);
  });

  it('its help says of each column what stands there', async () => {
    const [head = ''] = (await fairlead('status')).out.split('\n');
    const help = (await cli('status', '--help')).out;
    for (const column of head.split(/\s+/)) expect(help).toMatch(new RegExp(`^ {2}${column} +\\S`, 'm'));
  });

  it('what-if judges by it too', async () => {
    const { out } = await fairlead('what-if', 'scale', 'shop/frontend', '--replicas', '3', '--as', 'person');
    expect(out).not.toMatch(/stale|fresh/);
    expect(out).toContain('scale to 3 on shop/frontend: allowed');
  });
});
