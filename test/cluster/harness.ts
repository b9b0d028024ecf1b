import { execFile, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from 'vitest';
import { z } from 'zod';

const RIG = path.join(import.meta.dirname, 'rig.mjs');
const run = promisify(execFile);
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'etcd', 'kubectl'];
const ANSWER_BYTES = 64 * 1024 * 1024;

/** The folder of a Kubernetes API server's programs that KUBEBUILDER_ASSETS names, else the one that build/build.sh fills. */
export function assets(): string | undefined {
  const named = process.env['KUBEBUILDER_ASSETS'];
  if (named !== undefined && named !== '') return isComplete(named) ? named : undefined;
  const found = spawnSync(process.execPath, [RIG, 'assets'], { encoding: 'utf8' });
  const dir = found.status === 0 ? found.stdout.trim() : undefined;
  return dir !== undefined && isComplete(dir) ? dir : undefined;
}

function isComplete(dir: string, programs: readonly string[] = PROGRAMS): boolean {
  try {
    for (const program of programs) accessSync(path.join(dir, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A suite that needs a real API server. Without its programs it says so and is skipped; with REQUIRE_ALL=1 (continuous
 * integration) it fails instead, so that a green run never hides that nothing was tried. `further`: programs beside them.
 */
export function describeCluster(name: string, suite: () => void, further: readonly string[] = []): void {
  const found = assets();
  if (found !== undefined && isComplete(found, further)) {
    describe(name, suite);
    return;
  }
  const programs = [...PROGRAMS, ...further].join(', ');
  const why = `no Kubernetes API server: set KUBEBUILDER_ASSETS to a folder with ${programs} (test/cluster/README.md)`;
  if (process.env['REQUIRE_ALL'] === '1') {
    describe(name, () => {
      it('needs a Kubernetes API server', () => {
        throw new Error(why);
      });
    });
    return;
  }
  process.stderr.write(`\nSKIPPED: ${name}: ${why}\n`);
  describe.skip(`${name} (skipped: ${why})`, suite);
}

export interface ClusterOptions {
  /** A load model for the metrics APIs, as test/cluster/fake-metrics.mjs describes it; absent: no metrics APIs. */
  readonly load?: LoadModel;
  /** Keep a record of every write, for `auditWrites`. */
  readonly audit?: boolean;
  /** With `audit`: the ServiceAccounts of this namespace have everything they ask recorded, for `auditOf`. */
  readonly auditAccounts?: string;
  readonly nodes?: number;
  readonly nodeCpu?: string;
  readonly nodeMemory?: string;
  readonly readyAfterMs?: number;
  /** Pods stay Pending. */
  readonly noKubelet?: boolean;
  /** Also run the HorizontalPodAutoscaler controller. */
  readonly hpa?: boolean;
  /** Claims of volumes can go: what keeps those in use from going is there too. */
  readonly claims?: boolean;
}

export interface LoadModel {
  readonly default?: Readonly<Record<string, unknown>>;
  readonly services?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const AuditLine = z.object({
  verb: z.string(),
  user: z.object({ username: z.string(), extra: z.record(z.string(), z.array(z.string())).optional() }),
  userAgent: z.string().default(''),
  requestURI: z.string(),
  requestReceivedTimestamp: z.string(),
  objectRef: z
    .object({
      apiGroup: z.string().default(''),
      resource: z.string(),
      namespace: z.string().default(''),
      name: z.string().default(''),
      subresource: z.string().default(''),
    })
    .optional(),
  responseStatus: z.object({ code: z.int() }).optional(),
});
/** One write as the API server recorded it; also refused ones, by their code. */
export type AuditWrite = z.infer<typeof AuditLine>;

const CLUSTERS_OWN = /^(?:kube-controller-manager|kube-apiserver|kube-scheduler|fake-kubelet|fake-metrics)/;

/** A real API server with its controllers, started for one suite and stopped by it. */
export interface Cluster {
  readonly dir: string;
  /** Of a cluster admin; `nobody` of a user without any rights. */
  readonly kubeconfig: string;
  readonly nobody: string;
  readonly server: string;
  /** Runs kubectl as admin and answers with what it printed. Rejects with its error output when it fails. */
  kubectl(args: readonly string[], options?: { readonly input?: string }): Promise<string>;
  /** Writes since the start, in order, without those of the cluster's own controllers. Needs `audit`. */
  auditWrites(): AuditWrite[];
  /** All that a user asked so far, reads too, of those whose account was named to be recorded; a watch when it ended. */
  auditOf(user: string): AuditWrite[];
  /** Replaces the load model; it is in force within a second, and its time 0 is then. Needs `load`. */
  setLoad(load: LoadModel): void;
  stop(): Promise<void>;
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const binaries = assets();
  if (binaries === undefined) throw new Error('no Kubernetes API server: describeCluster would have said so');
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-cluster-'));
  const loadFile = path.join(dir, 'load.json');
  const setLoad = (load: LoadModel): void => {
    if (options.load === undefined) throw new Error('this cluster was started without a load model');
    writeFileSync(loadFile, JSON.stringify(load));
  };
  if (options.load !== undefined) setLoad(options.load);
  const rig = async (...args: string[]): Promise<void> => {
    await run(process.execPath, [RIG, ...args], { timeout: 180_000, maxBuffer: ANSWER_BYTES });
  };
  // A run that is broken off (Ctrl-C, a crash of the worker) must leave no servers behind.
  const downAtExit = (): void => {
    spawnSync(process.execPath, [RIG, 'down', dir, '--purge']);
    rmSync(dir, { recursive: true, force: true });
  };
  const down = async (): Promise<void> => {
    process.off('exit', downAtExit);
    await rig('down', dir, '--purge');
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', downAtExit);
  await rig('up', dir, '--quiet', '--binaries', binaries, ...flags(options, loadFile));
  const { server, audit } = z
    .object({ server: z.string(), audit: z.string().optional() })
    .parse(JSON.parse(readFileSync(path.join(dir, 'rig.json'), 'utf8')));
  const kubeconfig = path.join(dir, 'kubeconfig');
  return {
    dir,
    kubeconfig,
    nobody: path.join(dir, 'kubeconfig-nobody'),
    server,
    kubectl: (args, { input } = {}) => kubectl(path.join(binaries, 'kubectl'), kubeconfig, args, input),
    auditWrites: () => {
      if (audit === undefined) throw new Error('this cluster was started without audit');
      return auditLines(audit).filter((line) => !CLUSTERS_OWN.test(line.userAgent) && isWrite(line));
    },
    auditOf: (user) => {
      if (audit === undefined) throw new Error('this cluster was started without audit');
      return auditLines(audit).filter((line) => line.user.username === user);
    },
    setLoad,
    stop: down,
  };
}

function flags(options: ClusterOptions, loadFile: string): string[] {
  const valued: readonly (readonly [string, string | number | undefined])[] = [
    ['--load', options.load === undefined ? undefined : loadFile],
    ['--nodes', options.nodes],
    ['--node-cpu', options.nodeCpu],
    ['--node-memory', options.nodeMemory],
    ['--ready-after', options.readyAfterMs],
    ['--audit-accounts', options.auditAccounts],
  ];
  return [
    ...valued.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)])),
    ...(options.audit === true ? ['--audit'] : []),
    ...(options.noKubelet === true ? ['--no-kubelet'] : []),
    ...(options.hpa === true ? ['--hpa'] : []),
    ...(options.claims === true ? ['--controllers', '+persistentvolumeclaim-protection-controller'] : []),
  ];
}

/** Runs a kubectl and answers with what it printed; rejects with its error output when it fails. */
export async function kubectl(
  program: string,
  kubeconfig: string,
  args: readonly string[],
  input: string | undefined,
): Promise<string> {
  const running = run(program, ['--kubeconfig', kubeconfig, ...args], { timeout: 60_000, maxBuffer: ANSWER_BYTES });
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(input);
  return (await running).stdout;
}

/** As the record has them that is kept of everybody. */
const isWrite = ({ verb, objectRef }: AuditWrite): boolean =>
  !['get', 'list', 'watch'].includes(verb) && !['events', 'leases'].includes(objectRef?.resource ?? '');

function auditLines(file: string): AuditWrite[] {
  // The last line may be half written.
  const complete = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return complete.map((line) => AuditLine.parse(JSON.parse(line)));
}
