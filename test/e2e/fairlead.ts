import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { usualFile } from '../../src/testing/usualBlueprint.ts';
import { type AuditWrite, assets, type Cluster } from '../cluster/harness.ts';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'fairlead');
const run = promisify(execFile);

/** The program as a user starts it, with a data folder and a folder of blueprints of its own. */
export class Fairlead {
  readonly data: string;
  readonly blueprints: string;
  readonly #cluster: Cluster;
  #child: ChildProcess | undefined;
  #output = '';

  /** `data` is shared by a suite: changes in its cluster are looked for in the journals there. */
  constructor(cluster: Cluster, data: string) {
    this.#cluster = cluster;
    this.data = data;
    this.blueprints = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-blueprints-'));
  }

  get output(): string {
    return this.#output;
  }

  writeBlueprint(name: string, text: string): void {
    mkdirSync(path.join(this.blueprints, name), { recursive: true });
    writeFileSync(path.join(this.blueprints, name, 'blueprint.yaml'), text);
  }

  /** Starts `fairlead up`, a pass every second; it runs until `stop`. */
  up(...args: string[]): void {
    this.start('up', this.blueprints, '--data', this.data, '--interval', '1s', ...args);
  }

  start(...args: string[]): void {
    const child = spawn(process.execPath, [BIN, ...args, '--kubeconfig', this.#cluster.kubeconfig], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
  }

  /** Ends it with a signal and answers with its exit code (null when the signal killed it). */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }

  /** Runs one command to its end. */
  async run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    try {
      const { stdout, stderr } = await run(process.execPath, [BIN, ...args], {
        timeout: 60_000,
        maxBuffer: 64 * 1024 * 1024,
        env: { ...process.env, KUBECONFIG: this.#cluster.kubeconfig, NO_COLOR: '1' },
      });
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const failed = error as { code?: unknown; stdout?: string; stderr?: string };
      return { code: Number(failed.code), out: failed.stdout ?? '', err: failed.stderr ?? '' };
    }
  }

  remove(): void {
    rmSync(this.blueprints, { recursive: true, force: true });
  }
}

/** A Deployment whose pods ask for half a CPU, labelled as managed. */
export const deployment = (namespace: string, name: string, replicas: number): string =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { 'fairlead.dev/managed': 'true' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'app',
              image: 'registry.example/app:1',
              resources: { requests: { cpu: '500m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
            },
          ],
        },
      },
    },
  });

/** The usual blueprint, verified after a few seconds so that a test need not wait a minute. */
export const blueprint = (namespace: string, name: string, allowed = ['scale_within_limits', 'restart_pods']): string =>
  usualFile({ metadata: { name, namespace }, allowed, stabilization: '6s' });

/** Requests that take 5 ms of CPU each, so that \`replicas\` pods use \`cpu\` of their request. */
export const load = (cpu: number, replicas: number, latency = 20): Record<string, unknown> => ({
  rate: (replicas * (cpu * 0.5 - 0.005)) / 0.005,
  cpuPerRequest: 0.005,
  capacity: 400,
  latency,
});

export async function decisions(cluster: Cluster, namespace: string): Promise<DecisionObject[]> {
  const listed = JSON.parse(await cluster.kubectl(['get', 'decisions', '-n', namespace, '-o', 'json']));
  return (listed as { items: DecisionObject[] }).items;
}

export async function replicas(cluster: Cluster, namespace: string, name: string): Promise<number> {
  return Number(await cluster.kubectl(['get', 'deploy', '-n', namespace, name, '-o', 'jsonpath={.spec.replicas}']));
}

/** What a person sees who leaves `kubectl get deploy -w` open: the replicas wanted, each number once in a row. */
export function watchDeployment(
  cluster: Cluster,
  namespace: string,
  name: string,
): { readonly wanted: () => number[]; readonly stop: () => void } {
  const args = ['--kubeconfig', cluster.kubeconfig, 'get', 'deploy', '-n', namespace, name, '-w', '--no-headers'];
  const child = spawn(path.join(assets() ?? '', 'kubectl'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let seen = '';
  child.stdout.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
  });
  const wanted = (): number[] =>
    [...seen.matchAll(/^\S+\s+\d+\/(\d+)\s/gm)].map((line) => Number(line[1])).filter((n, i, all) => n !== all[i - 1]);
  return { wanted, stop: () => child.kill() };
}

/** Looks every half second until `look` answers something; fails with `what` and the program's output after `ms`. */
export async function eventually<T>(
  what: string,
  ms: number,
  fairlead: Fairlead,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > end) throw new Error(`not within ${ms / 1000} s: ${what}\n${fairlead.output}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Writes to Deployments by us, dry runs left out, as the API server's own audit log has them. */
export const auditedWrites = (cluster: Cluster, namespace: string): AuditWrite[] =>
  cluster
    .auditWrites()
    .filter(
      ({ objectRef, requestURI, userAgent }) =>
        objectRef?.resource === 'deployments' &&
        objectRef.namespace === namespace &&
        !requestURI.includes('dryRun') &&
        !userAgent.startsWith('kubectl'),
    );

/** The same, a line each. */
export const workloadWrites = (cluster: Cluster, namespace: string): string[] =>
  auditedWrites(cluster, namespace).map(
    ({ verb, objectRef, responseStatus }) => `${verb} ${objectRef?.name} ${responseStatus?.code}`,
  );
