import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get as getOverTls } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crds } from '../src/schema/crds.ts';
import { KINDS } from '../src/schema/kube.ts';
import { deploymentObject } from '../src/testing/contractObjects.ts';

/** What one pass over all services costs whoever makes it. */
export interface PassCost {
  /** Passes that were seen; a part of one counts as such. */
  readonly passes: number;
  readonly cpuMs: number;
  readonly requests: number;
  /** Resident memory of the process, or processes, at the end, and before the first of the services. Bytes. */
  readonly memory: number;
  readonly memoryBefore: number;
}

const ROOT = path.join(import.meta.dirname, '..');
const RIG = path.join(ROOT, 'test', 'cluster', 'rig.mjs');
const OWN = 'agent-system';
const PER_NAMESPACE = 100;
const WINDOW_MS = 60_000;
const PATIENCE_MS = 600_000;
const SPEC = {
  version: '1.0.0',
  scaling: { min_replicas: 1, max_replicas: 5, target_cpu_utilization: '70%' },
  governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
};

/**
 * As many Blueprints against as many HorizontalPodAutoscalers of the real kube-controller-manager, one after the other
 * over the same calm Deployments of one API server. Of the controller manager only what the autoscalers add is counted;
 * of Fairlead all that its controller and its executor take.
 */
export async function autoscalers(
  services: number,
): Promise<{ readonly hpas: PassCost; readonly blueprints: PassCost }> {
  const rig = await Rig.up();
  try {
    await rig.fill(services);
    const idle = await rig.window(['controllerManager'], () => 1);
    rig.apply(rig.names(services).map(([namespace, name]) => autoscaler(namespace, name)));
    await rig.until('all autoscalers were looked at', async () => {
      const text = await rig.metrics('controllerManager');
      return value(text, RECONCILED) - idle.reconciled >= services;
    });
    const busy = await rig.window(['controllerManager'], (text) => value(text, RECONCILED) / services);
    for (const namespace of rig.namespaces(services)) rig.kubectl(['delete', 'hpa', '--all', '-n', namespace]);
    const hpas: PassCost = {
      passes: busy.passes,
      cpuMs: (busy.cpuMs - idle.cpuMs) / busy.passes,
      requests: (busy.requests - idle.requests) / busy.passes,
      memory: busy.memory,
      memoryBefore: idle.memory,
    };
    await rig.start('run');
    await rig.start('executor');
    const empty = await rig.window(['run', 'executor'], () => 1);
    rig.apply(
      rig.names(services).map(([namespace, name]) => ({
        apiVersion: KINDS.Blueprint.apiVersion,
        kind: 'Blueprint',
        metadata: { name, namespace },
        spec: SPEC,
      })),
    );
    await rig.until('all Blueprints are accepted', async () => {
      const text = rig.kubectl(['get', 'blueprints', '-A', '-o', 'jsonpath={.items[*].status.observedVersion}']);
      return text.split(/\s+/).filter(Boolean).length === services;
    });
    // Every history is filled before anything is measured, and what was new is told.
    await sleep(WINDOW_MS);
    const calm = await rig.window(['run', 'executor'], (text) => value(text, PASSED));
    const blueprints: PassCost = {
      passes: calm.passes,
      cpuMs: calm.cpuMs / calm.passes,
      requests: calm.requests / calm.passes,
      memory: calm.memory,
      memoryBefore: empty.memory,
    };
    return { hpas, blueprints };
  } finally {
    rig.down();
  }
}

const RECONCILED = /^horizontal_pod_autoscaler_controller_reconciliations_total\{/;
const PASSED = /^controller_runtime_reconcile_total\{controller="observe",/;

type Who = 'controllerManager' | 'run' | 'executor';

interface Window {
  readonly passes: number;
  readonly cpuMs: number;
  readonly requests: number;
  readonly memory: number;
  readonly reconciled: number;
}

/** Sum of the series whose line matches. */
function value(text: string, series: RegExp): number {
  return text
    .split('\n')
    .filter((line) => series.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

class Rig {
  readonly #dir: string;
  readonly #assets: string;
  readonly #urls = new Map<Who, string>();
  readonly #children: ChildProcess[] = [];

  private constructor(dir: string, assets: string) {
    this.#dir = dir;
    this.#assets = assets;
  }

  static async up(): Promise<Rig> {
    const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
    const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-bench-'));
    const rig = new Rig(dir, assets);
    process.once('exit', rig.down);
    const load = path.join(dir, 'load.json');
    writeFileSync(load, JSON.stringify({ default: { rate: 9, cpuPerRequest: 0.005 } }));
    const args = ['up', dir, '--quiet', '--binaries', assets, '--load', load, '--hpa', '--nodes', '4'];
    execFileSync(process.execPath, [RIG, ...args], { timeout: 180_000 });
    const { controllerManager } = JSON.parse(readFileSync(path.join(dir, 'rig.json'), 'utf8'));
    rig.#urls.set('controllerManager', `${controllerManager}/metrics`);
    rig.apply(crds());
    rig.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    rig.kubectl(['create', 'namespace', OWN]);
    return rig;
  }

  names(services: number): [string, string][] {
    return Array.from({ length: services }, (_, i) => [`team-${Math.floor(i / PER_NAMESPACE)}`, `web-${i}`]);
  }

  namespaces(services: number): string[] {
    return [...new Set(this.names(services).map(([namespace]) => namespace))];
  }

  async fill(services: number): Promise<void> {
    for (const namespace of this.namespaces(services)) this.kubectl(['create', 'namespace', namespace]);
    this.apply(this.names(services).map(([namespace, name]) => deploymentObject(namespace, name, { replicas: 1 })));
    await this.until('all pods run', async () => {
      const ready = this.kubectl(['get', 'deployments', '-A', '-o', 'jsonpath={.items[*].status.readyReplicas}']);
      return ready.split(/\s+/).filter(Boolean).length === services;
    });
  }

  async start(role: 'run' | 'executor'): Promise<void> {
    const port = await freePort();
    const data = path.join(this.#dir, `data-${role}`);
    const args = [role, '--kubeconfig', path.join(this.#dir, 'kubeconfig'), '--data', data];
    const ops = ['--ops-host', '127.0.0.1', '--ops-port', String(port)];
    const main = path.join(ROOT, 'dist', 'main.js');
    this.#children.push(spawn(process.execPath, [main, ...args, ...ops], { stdio: 'ignore', env: ENVIRONMENT }));
    this.#urls.set(role, `http://127.0.0.1:${port}/metrics`);
    await this.until(`${role} runs`, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      return answer?.ok === true;
    });
  }

  async metrics(who: Who): Promise<string> {
    const url = this.#urls.get(who) ?? '';
    // The rig signs its own certificate; nothing secret is asked here.
    return url.startsWith('https') ? overTls(url) : (await fetch(url)).text();
  }

  /** What the processes took together while a minute passed; `passes` is read of the first. */
  async window(who: readonly [Who, ...Who[]], passes: (text: string) => number): Promise<Window> {
    const read = async () => Promise.all(who.map((one) => this.metrics(one)));
    const before = await read();
    await sleep(WINDOW_MS);
    const after = await read();
    const total = (texts: readonly string[], series: RegExp): number =>
      texts.reduce((sum, text) => sum + value(text, series), 0);
    const grown = (series: RegExp): number => total(after, series) - total(before, series);
    return {
      passes: passes(after[0] ?? '') - passes(before[0] ?? ''),
      cpuMs: grown(/^process_cpu_seconds_total /) * 1000,
      requests: grown(/^rest_client_requests_total\{/),
      memory: total(after, /^process_resident_memory_bytes /),
      reconciled: total(after, RECONCILED),
    };
  }

  apply(objects: readonly object[]): void {
    for (let from = 0; from < objects.length; from += PER_NAMESPACE) {
      const items = objects.slice(from, from + PER_NAMESPACE);
      this.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    }
  }

  kubectl(args: readonly string[], input?: string): string {
    const program = path.join(this.#assets, 'kubectl');
    return execFileSync(program, ['--kubeconfig', path.join(this.#dir, 'kubeconfig'), ...args], {
      timeout: 120_000,
      stdio: 'pipe',
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      ...(input !== undefined && { input }),
    });
  }

  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; !(await holds()); await sleep(1_000)) {
      if (Date.now() > end) throw new Error(`it did not come to pass in ${PATIENCE_MS / 60_000} min that ${what}`);
    }
  }

  readonly down = (): void => {
    process.off('exit', this.down);
    for (const child of this.#children) child.kill('SIGKILL');
    spawnSync(process.execPath, [RIG, 'down', this.#dir, '--purge']);
    rmSync(this.#dir, { recursive: true, force: true });
  };
}

/** No model: what is calm is asked nothing in any case. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(FAIRLEAD_|REDIS_URL|KUBECONFIG)/.test(name)),
);

const autoscaler = (namespace: string, name: string): object => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
  },
});

const overTls = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = getOverTls(url, { rejectUnauthorized: false, timeout: 10_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      answer.once('end', () => resolve(text)).once('error', reject);
    });
    asked.once('error', reject).once('timeout', () => asked.destroy(new Error(`no answer from ${url}`)));
  });

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
