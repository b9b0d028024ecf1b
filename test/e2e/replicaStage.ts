import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { connect } from '../../src/adapters/kubernetes/connect.ts';
import { secretStore } from '../../src/adapters/people/secretStore.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { systemIds } from '../../src/adapters/system/systemIds.ts';
import { newSigningKey, publicKeyOf } from '../../src/approvals/keys.ts';
import { Gatekeeper } from '../../src/gateway/people/gatekeeper.ts';
import { putUser } from '../../src/gateway/people/users.ts';
import { accountName, accountObjects } from '../../src/install/accounts.ts';
import { admissionObjects } from '../../src/install/admission.ts';
import { keyObjects } from '../../src/install/keyObjects.ts';
import type { Account } from '../../src/install/rights.ts';
import { FakeOpenai } from '../../src/testing/fakeOpenai.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import { kubeconfigAs } from '../cluster/as.ts';
import { type Cluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { type Loss, ReplicaProcess } from './replicaProcess.ts';

export const OWN = 'agent-system';
const LOSSES: readonly Loss[] = ['SIGKILL', 'SIGTERM', 'SIGSTOP'];
/** Longer than a lease lasts, and than a standby takes to notice. */
const FROZEN_MS = 21_000;

interface Replica {
  readonly account: Account;
  readonly process: ReplicaProcess;
  readonly data: string;
  /** As the API server's audit log names its token. */
  readonly tokenId: string;
}

/**
 * Fairlead as its manifests run it: the generated accounts and admission policies, two replicas of each role, each with a
 * token of its own and a data folder of its own, people in the Secret, keys that others made.
 */
export class ReplicaStage {
  readonly cluster: Cluster;
  readonly model: FakeOpenai;
  readonly replicas: readonly Replica[];
  /** What was done to whom, for whoever reads a failure. */
  readonly losses: string[] = [];
  readonly #dir: string;
  readonly #gateways: readonly string[];
  readonly #tokens: ReadonlyMap<string, string>;
  #losing: Promise<void> | undefined;
  #stop = new AbortController();

  private constructor(parts: {
    cluster: Cluster;
    model: FakeOpenai;
    replicas: readonly Replica[];
    dir: string;
    gateways: readonly string[];
    tokens: ReadonlyMap<string, string>;
  }) {
    this.cluster = parts.cluster;
    this.model = parts.model;
    this.replicas = parts.replicas;
    this.#dir = parts.dir;
    this.#gateways = parts.gateways;
    this.#tokens = parts.tokens;
  }

  static async open(namespaces: readonly string[]): Promise<ReplicaStage> {
    const cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true, auditAccounts: OWN });
    await installCrds(cluster);
    const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-e2e-replicas-'));
    const privatePem = newSigningKey();
    const publicPem = publicKeyOf(privatePem);
    const [keyFile, trustFile] = [path.join(dir, 'gateway.key'), path.join(dir, 'gateway.pub')];
    writeFileSync(keyFile, privatePem, { mode: 0o600 });
    writeFileSync(trustFile, publicPem);
    for (const name of [OWN, ...namespaces]) await cluster.kubectl(['create', 'namespace', name]);
    const objects = [...accountObjects(OWN), ...admissionObjects(OWN), ...keyObjects(OWN, { privatePem, publicPem })];
    await cluster.kubectl(['apply', '-f', '-'], { input: objects.map((one) => stringify(one)).join('---\n') });
    const tokens = await people(cluster);
    const model = await FakeOpenai.start();
    const ports = [await freePort(), await freePort()];
    const replicas: Replica[] = [];
    const add = async (account: Account, ...args: readonly string[]): Promise<void> => {
      const name = `${account}-${replicas.filter((one) => one.account === account).length}`;
      const { file, token } = await kubeconfigAs(cluster, OWN, accountName(account), name);
      const data = path.join(dir, name);
      const flags = ['--kubeconfig', file, '--data', data, '--interval', '1s', '--ops-port', '0'];
      replicas.push({
        account,
        data,
        process: new ReplicaProcess(name, [...args, ...flags], `${data}.log`),
        tokenId: idOf(token),
      });
    };
    for (const port of ports) {
      await add('controller', 'run', '--model-url', model.baseUrl, '--model', 'fake');
      await add('executor', 'executor', '--trust', trustFile);
      await add('gateway', 'serve', '--port', String(port), '--people', 'secret', '--signing-key', keyFile);
    }
    const gateways = ports.map((port) => `http://127.0.0.1:${port}`);
    return new ReplicaStage({ cluster, model, replicas, dir, gateways, tokens });
  }

  start(): void {
    for (const { process } of this.replicas) process.start();
  }

  /** From now on replicas are lost, one at a time, whichever and however the seed says. */
  loseSome(seed: number): void {
    const { random } = seededIds(seed);
    const from = systemClock.now();
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const lose = async (): Promise<void> => {
      for (;;) {
        await systemClock.sleep(3_000 + random() * 7_000, this.#stop.signal);
        if (this.#stop.signal.aborted) return;
        const [one, how] = [pick(this.replicas), pick(LOSSES)];
        if (one === undefined || how === undefined) return;
        const awayMs = how === 'SIGSTOP' ? FROZEN_MS : random() * 4_000;
        this.losses.push(`${seconds(from)} ${one.process.name} ${how}`);
        await one.process.lose(how, awayMs);
        this.losses.push(`${seconds(from)} ${one.process.name} back`);
      }
    };
    this.#losing = lose();
  }

  async loseNoMore(): Promise<void> {
    this.#stop.abort();
    await this.#losing;
  }

  /** To whichever gateway answers: the other one is tried when one does not, as by a Service. */
  async call(
    who: string,
    method: 'GET' | 'POST',
    to: string,
    body?: object,
  ): Promise<{ status: number; body: object }> {
    const headers = { authorization: `Bearer ${this.#tokens.get(who)}`, 'content-type': 'application/json' };
    for (let attempt = 0; ; attempt += 1) {
      const base = this.#gateways[attempt % this.#gateways.length] ?? '';
      try {
        const signal = AbortSignal.timeout(5_000);
        const sent = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) };
        const answer = await fetch(`${base}${to}`, sent);
        const text = (await answer.json()) as object;
        if (answer.status < 500 || attempt > 40) return { status: answer.status, body: text };
      } catch (error) {
        if (attempt > 40) throw error;
      }
      await systemClock.sleep(500);
    }
  }

  /** For whoever reads a failure. */
  report(): string {
    const outputs = this.replicas.map(({ process }) => `--- ${process.name}\n${process.output.slice(-3_000)}`);
    return [...this.losses, ...outputs].join('\n');
  }

  /** All journals of all replicas side by side, as `fairlead audit` is given them. */
  get journals(): string {
    return this.#dir;
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#losing;
    await Promise.all(this.replicas.map(({ process }) => process.stop('SIGTERM')));
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#losing;
    await Promise.all(this.replicas.map(({ process }) => process.stop('SIGKILL')));
    await this.model.stop();
    await this.cluster.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Ann may ask, Omar may answer: both by a token each. */
async function people(cluster: Cluster): Promise<ReadonlyMap<string, string>> {
  const connected = await connect({ kubeconfig: cluster.kubeconfig, clock: systemClock, ids: systemIds });
  if (!connected.ok) throw new Error(connected.error);
  const store = secretStore(connected.value.ownSecret(OWN));
  const tokens = new Map<string, string>();
  for (const [name, groups] of [
    ['ann', ['shop']],
    ['omar', ['devops-team']],
  ] as const) {
    const put = await putUser(store, systemClock, { name, role: 'operator', groups });
    if (!put.ok) throw new Error(put.error);
    const scopes = ['read', 'propose', 'approve'] as const;
    const made = await new Gatekeeper(store, systemClock).makeToken(name, { name: 'e2e', scopes, days: 1 });
    if (!made.ok) throw new Error(made.error.message);
    tokens.set(name, made.value.secret);
  }
  connected.value.close();
  return tokens;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The `jti` of a ServiceAccount's token. */
function idOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti?: string };
  return `JTI=${claims.jti}`;
}

const seconds = (from: number): string => `${((systemClock.now() - from) / 1000).toFixed(1)} s`;
