import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openShop, SHOP } from '../../src/faces/cli/demo/shop.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { serveWorld, type WorldServer } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { cli, type Ran } from './cli.ts';

/** The demo's shop behind an API server, ten minutes old on a clock of its own, and the command line that looks at it. */
export class ShopCluster {
  readonly #dir: string;
  readonly #server: WorldServer;

  private constructor(dir: string, server: WorldServer) {
    this.#dir = dir;
    this.#server = server;
  }

  /** `prepare`: what else stands there from the first minute on. */
  static async open(prepare?: (world: World) => unknown): Promise<ShopCluster> {
    const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-shop-'));
    const world = new World({ clock: new ManualClock(), seed: 1 });
    openShop(world);
    for (const { name } of SHOP) world.setLoad(`shop/${name}`, { rps: 100, cpu_m_per_rps: 5, latency_ms_base: 60 });
    prepare?.(world);
    for (let minute = 0; minute < 10; minute += 1) await world.advance(60_000);
    const server = await serveWorld(world);
    writeFileSync(path.join(dir, 'kubeconfig'), server.kubeconfig(), { mode: 0o600 });
    return new ShopCluster(dir, server);
  }

  run(...argv: string[]): Promise<Ran> {
    return cli(...argv, '--kubeconfig', path.join(this.#dir, 'kubeconfig'));
  }

  async close(): Promise<void> {
    await this.#server.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
