import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { runCli } from '../../src/faces/cli/program.ts';
import { deploymentObject } from '../../src/testing/contractObjects.ts';
import { FakeOpenai } from '../../src/testing/fakeOpenai.ts';
import { runInRealTime } from '../../src/world/http/realTime.ts';
import { serveWorld } from '../../src/world/http/worldServer.ts';
import { World } from '../../src/world/world.ts';
import { blueprint } from '../e2e/fairlead.ts';

/** `fairlead up` on an embedded cluster, in real time, with a model that answers in prose and an ops port. */
export interface OpsStage {
  readonly url: string;
  readonly world: World;
  readonly model: FakeOpenai;
  /** What it said on standard error. */
  said(): string;
  scrape(): Promise<string>;
  /** The sum of a metric's series whose labels contain `labels`. */
  value(name: string, labels?: string): Promise<number>;
  close(): Promise<void>;
}

interface StageOptions {
  readonly services?: readonly string[];
  /** Of the blueprints: how long a change is watched. */
  readonly watched?: string;
}

export async function openOpsStage({ services = ['web'], watched = '6s' }: StageOptions = {}): Promise<OpsStage> {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-ops-'));
  const stop = new AbortController();
  const world = new World({ clock: systemClock, seed: 1 });
  world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agent-system' }, spec: {} });
  mkdirSync(path.join(dir, 'blueprints'));
  for (const name of services) {
    world.apply(deploymentObject('shop', name, { replicas: 2 }));
    writeFileSync(
      path.join(dir, 'blueprints', `${name}.yaml`),
      blueprint('shop', name).replace('stabilization_period: 6s', `stabilization_period: ${watched}`),
    );
    world.setLoad(`shop/${name}`, { rps: 100, cpu_m_per_rps: 5, latency_ms_base: 40, error_pct_base: 0 });
  }
  world.startLoads();
  const server = await serveWorld(world);
  const kubeconfig = path.join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig('shop'), { mode: 0o600 });
  const model = await FakeOpenai.start();
  const turning = runInRealTime(world, stop.signal);
  const port = await freePort();
  let said = '';
  const io = {
    out: () => {},
    err: (text: string) => {
      said += text;
    },
    signal: stop.signal,
    interactive: false,
  };
  const running = runCli(
    [
      ...['up', path.join(dir, 'blueprints'), '--interval', '1s', '--port', '0', '--ops-port', String(port)],
      ...['--ops-host', '127.0.0.1', '--data', path.join(dir, 'data'), '--kubeconfig', kubeconfig],
      ...['--model-url', model.baseUrl, '--model', 'played'],
    ],
    io,
  );
  const url = `http://127.0.0.1:${port}`;
  const scrape = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
  return {
    url,
    world,
    model,
    said: () => said,
    scrape,
    async value(name, labels = '') {
      const lines = (await scrape()).split('\n').filter((line) => line.startsWith(name) && line.includes(labels));
      return lines
        .filter((line) => /^[{ ]/.test(line.slice(name.length)))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    async close() {
      stop.abort();
      await running;
      await turning;
      await model.stop();
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
