import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../src/ports/clock.ts';
import { crds } from '../src/schema/crds.ts';
import type { KubeObject } from '../src/schema/kube.ts';
import { runInRealTime } from '../src/world/http/realTime.ts';
import { serveWorld } from '../src/world/http/worldServer.ts';
import { World } from '../src/world/world.ts';

/** Something that speaks the Kubernetes API over HTTP. */
export interface Backend {
  readonly kubeconfig: string;
  /** What people would `kubectl apply`. */
  apply(objects: readonly KubeObject[]): void;
  close(): Promise<void>;
}

/** The embedded cluster behind its HTTP API; its time is the product's. */
export async function worldBackend(clock: Clock): Promise<Backend> {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-bench-'));
  const world = new World({ clock, seed: 1 });
  const server = await serveWorld(world);
  const stop = new AbortController();
  const running = runInRealTime(world, stop.signal);
  const kubeconfig = path.join(dir, 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig('shop'), { mode: 0o600 });
  return {
    kubeconfig,
    apply: (objects) => {
      for (const object of objects) world.apply(object);
    },
    close: async () => {
      stop.abort();
      await running;
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const RIG = path.join(import.meta.dirname, '..', 'test', 'cluster', 'rig.mjs');

/** A real API server with its controllers, from the programs that KUBEBUILDER_ASSETS names. */
export async function realBackend(): Promise<Backend> {
  const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-bench-'));
  const close = (): void => {
    spawnSync(process.execPath, [RIG, 'down', dir, '--purge']);
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', close);
  execFileSync(process.execPath, [RIG, 'up', dir, '--quiet', '--binaries', assets], { timeout: 180_000 });
  const kubeconfig = path.join(dir, 'kubeconfig');
  const kubectl = (args: readonly string[], input?: string): void => {
    const program = path.join(assets, 'kubectl');
    execFileSync(program, ['--kubeconfig', kubeconfig, ...args], {
      timeout: 60_000,
      stdio: 'pipe',
      ...(input !== undefined && { input }),
    });
  };
  const apply = (objects: readonly KubeObject[] | readonly object[]): void =>
    kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  apply(crds());
  kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  return {
    kubeconfig,
    apply,
    close: async () => {
      process.off('exit', close);
      close();
    },
  };
}
