import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { kubeconfigAs } from '../cluster/as.ts';
import type { Cluster } from '../cluster/harness.ts';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'fairlead');

const Key = z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
const StatefulSet = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    replicas: z.number(),
    template: z.object({
      spec: z.object({
        serviceAccountName: z.string(),
        containers: z.tuple([
          z.object({
            args: z.array(z.string()),
            env: z.array(
              z.object({
                name: z.string(),
                value: z.string().optional(),
                valueFrom: z.object({ configMapKeyRef: Key.optional(), secretKeyRef: Key.optional() }).optional(),
              }),
            ),
            envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).optional(),
            volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
            startupProbe: z.object({ httpGet: z.object({ path: z.string() }) }),
            livenessProbe: z.object({ httpGet: z.object({ path: z.string() }) }),
            readinessProbe: z.object({ httpGet: z.object({ path: z.string() }) }),
          }),
        ]),
        volumes: z
          .array(
            z.object({
              name: z.string(),
              configMap: z.object({ name: z.string() }).optional(),
              secret: z.object({ secretName: z.string(), optional: z.boolean().optional() }).optional(),
            }),
          )
          .optional(),
      }),
    }),
  }),
});
type StatefulSet = z.infer<typeof StatefulSet>;

/** By which a process knows that it is in a pod; where the API server is, its kubeconfig says. */
const BY_KUBELET = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '443' };

type Pod = StatefulSet['spec']['template']['spec'];
type Read = (kind: 'configmap' | 'secret', name: string) => Promise<Readonly<Record<string, string>> | undefined>;

/**
 * A pod of a StatefulSet in the cluster, as a process beside it, where nothing runs in pods: with the arguments,
 * environment and mounts of its template, and a token of its ServiceAccount. Nothing is told to it that the template
 * does not say, but where the API server is, and a port of its own for probes.
 */
export class PodProcess {
  readonly name: string;
  readonly probes: { readonly startup: string; readonly live: string; readonly ready: string };
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #dir: string;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(parts: {
    name: string;
    args: readonly string[];
    env: Readonly<Record<string, string>>;
    dir: string;
    probes: PodProcess['probes'];
  }) {
    this.name = parts.name;
    this.#args = parts.args;
    this.#env = parts.env;
    this.#dir = parts.dir;
    this.probes = parts.probes;
  }

  /** The pods that the StatefulSets of a namespace want: all, or so many of each. */
  static async of(cluster: Cluster, namespace: string, most = Number.POSITIVE_INFINITY): Promise<PodProcess[]> {
    const listed = JSON.parse(await cluster.kubectl(['get', 'statefulsets', '-n', namespace, '-o', 'json']));
    const sets = z.object({ items: z.array(StatefulSet) }).parse(listed).items;
    const ordinals = sets.flatMap((set) =>
      Array.from({ length: Math.min(set.spec.replicas, most) }, (_, n) => [set, n] as const),
    );
    return Promise.all(ordinals.map(([set, ordinal]) => PodProcess.#make(cluster, set, ordinal)));
  }

  static async #make(cluster: Cluster, { metadata, spec }: StatefulSet, ordinal: number): Promise<PodProcess> {
    const name = `${metadata.name}-${ordinal}`;
    const { serviceAccountName, containers, volumes = [] } = spec.template.spec;
    const [container] = containers;
    const dir = mkdtempSync(path.join(tmpdir(), `${name}-`));
    const read: Read = (kind, object) => dataOf(cluster, metadata.namespace, kind, object);
    await fill(dir, volumes, read);
    const env = await environmentOf(container, read);
    const mounted = (arg: string): string =>
      container.volumeMounts.reduce(
        (text, { name: volume, mountPath }) =>
          text.replace(new RegExp(`=${mountPath}(?=/|$)`), `=${path.join(dir, volume)}`),
        arg,
      );
    const { file } = await kubeconfigAs(cluster, metadata.namespace, serviceAccountName, name);
    const port = await freePort();
    const at = ({ httpGet }: { httpGet: { path: string } }): string => `http://127.0.0.1:${port}${httpGet.path}`;
    const { startupProbe, livenessProbe, readinessProbe } = container;
    return new PodProcess({
      name,
      args: [...container.args.map(mounted), '--kubeconfig', file, '--ops-port', String(port), '--interval', '1s'],
      env,
      dir,
      probes: { startup: at(startupProbe), live: at(livenessProbe), ready: at(readinessProbe) },
    });
  }

  /** What `kubectl logs` would show. */
  get logs(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What its volume holds. */
  get data(): string {
    return path.join(this.#dir, 'data');
  }

  start(): void {
    const env = { PATH: process.env['PATH'], NO_COLOR: '1', ...BY_KUBELET, ...this.#env };
    const child = spawn(process.execPath, [BIN, ...this.#args], { stdio: ['ignore', 'pipe', 'pipe'], env });
    const keep = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
  }

  /** As `kubectl exec` runs it, with the token and the environment of the pod; what it printed. */
  exec(argv: readonly string[]): Promise<string> {
    const kubeconfig = this.#args[this.#args.indexOf('--kubeconfig') + 1] ?? '';
    const env = { PATH: process.env['PATH'], NO_COLOR: '1', ...BY_KUBELET, ...this.#env };
    const args = [BIN, ...argv, '--kubeconfig', kubeconfig];
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, { env, timeout: 60_000 }, (error, out, said) =>
        error === null ? resolve(out) : reject(new Error(`${argv.join(' ')}\n${out}${said}`)),
      );
    });
  }

  /** The status of a probe; 0 while nobody answers. */
  async probe(which: keyof PodProcess['probes']): Promise<number> {
    try {
      return (await fetch(this.probes[which], { signal: AbortSignal.timeout(3_000) })).status;
    } catch {
      return 0;
    }
  }

  /** As when the pod is deleted; answers with the exit code. */
  async stop(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill('SIGTERM');
    return ended;
  }

  remove(): void {
    this.#child?.kill('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

async function dataOf(cluster: Cluster, namespace: string, kind: string, name: string): ReturnType<Read> {
  const found = await cluster.kubectl(['get', kind, name, '-n', namespace, '-o', 'json', '--ignore-not-found']);
  if (found === '') return undefined;
  const { data = {} } = JSON.parse(found) as { data?: Record<string, string> };
  const plain = (value: string): string => (kind === 'secret' ? Buffer.from(value, 'base64').toString() : value);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, plain(value)]));
}

/** As the kubelet does: a pod waits for what is not there and not optional. */
async function fill(dir: string, volumes: NonNullable<Pod['volumes']>, read: Read): Promise<void> {
  for (const { name, configMap, secret } of volumes) {
    const data = configMap
      ? await read('configmap', configMap.name)
      : secret && (await read('secret', secret.secretName));
    if (data === undefined && secret?.optional !== true) throw new Error(`the pod waits for its volume ${name}`);
    mkdirSync(path.join(dir, name));
    for (const [key, value] of Object.entries(data ?? {})) writeFileSync(path.join(dir, name, key), value);
  }
}

async function environmentOf({ env, envFrom = [] }: Pod['containers'][0], read: Read): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { configMapRef } of envFrom) Object.assign(found, await read('configmap', configMapRef.name));
  for (const { name, value, valueFrom } of env) {
    const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {};
    const key = map ?? secret;
    const data = key && (await read(map ? 'configmap' : 'secret', key.name));
    const one = value ?? data?.[key?.key ?? ''];
    if (one !== undefined) found[name] = one;
    else if (key?.optional !== true) throw new Error(`the pod waits for the value of ${name}`);
  }
  return found;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
