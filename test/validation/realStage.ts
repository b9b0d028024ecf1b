import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileStore } from '../../src/adapters/people/fileStore.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { Gatekeeper } from '../../src/gateway/people/gatekeeper.ts';
import { putUser } from '../../src/gateway/people/users.ts';
import type { Scope } from '../../src/schema/api/people.ts';
import type { RequestAnswer, WhatIfAnswer } from '../../src/schema/api/requests.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { JournalRecord } from '../../src/schema/journal.ts';
import { type AuditWrite, type Cluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import {
  auditedWrites,
  blueprint,
  decisions,
  deployment,
  eventually,
  Fairlead,
  load,
  replicas,
} from '../e2e/fairlead.ts';

const PATIENCE_MS = 90_000;

/**
 * A real API server with one `fairlead up` on it: all roles, a pass a second, rules alone, and its gateway, with Ann who asks
 * and Omar of the devops-team who answers. Every case has a namespace of its own, with a service `web` in it.
 */
export class RealStage {
  readonly cluster: Cluster;
  readonly fairlead: Fairlead;
  readonly #data: string;
  readonly #tokens: ReadonlyMap<string, string>;
  readonly #loads: Record<string, Readonly<Record<string, unknown>>> = {};
  #url = '';

  private constructor(cluster: Cluster, fairlead: Fairlead, data: string, tokens: ReadonlyMap<string, string>) {
    this.cluster = cluster;
    this.fairlead = fairlead;
    this.#data = data;
    this.#tokens = tokens;
  }

  static async open(): Promise<RealStage> {
    const data = mkdtempSync(path.join(tmpdir(), 'fairlead-validation-'));
    const cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
    const tokens = new Map([
      ['ann', await tokenFor(data, 'ann', [], ['read', 'propose'])],
      ['omar', await tokenFor(data, 'omar', ['devops-team'], ['read', 'approve'])],
    ]);
    const stage = new RealStage(cluster, new Fairlead(cluster, data), data, tokens);
    // Without a folder: every case applies its own blueprint.
    stage.fairlead.start('up', '--data', data, '--interval', '1s', '--port', '0');
    stage.#url = await stage.until('the gateway to listen', () =>
      Promise.resolve(/approvals at (\S+)/.exec(stage.fairlead.output)?.[1]),
    );
    return stage;
  }

  /** A namespace with a Deployment `web` in it, whose pods use so much of their CPU request, and its blueprint. */
  async serve(namespace: string, count: number, cpu: number): Promise<void> {
    const { cluster, fairlead } = this;
    await cluster.kubectl(['create', 'namespace', namespace]);
    await cluster.kubectl(['apply', '-f', '-'], { input: deployment(namespace, 'web', count) });
    await cluster.kubectl(['rollout', 'status', 'deploy', '-n', namespace, 'web', '--timeout=60s']);
    this.load(namespace, load(cpu, count));
    fairlead.writeBlueprint(namespace, blueprint(namespace, 'web'));
    const applied = await fairlead.run('apply', '-f', path.join(fairlead.blueprints, namespace));
    if (applied.code !== 0) throw new Error(applied.err);
  }

  load(namespace: string, of: Readonly<Record<string, unknown>>): void {
    this.#loads[`${namespace}/web`] = of;
    this.cluster.setLoad({ services: this.#loads });
  }

  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    return eventually(what, PATIENCE_MS, this.fairlead, look);
  }

  async api<T>(who: 'ann' | 'omar', method: string, where: string, body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${this.#tokens.get(who)}`, 'content-type': 'application/json' };
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(10_000) };
    const answer = await fetch(`${this.#url}${where}`, sent);
    if (!answer.ok) throw new Error(`${method} ${where}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** What the gate says to Ann now, in one word; nothing is asked for. */
  async saysTo(namespace: string, wanted: number): Promise<string> {
    const body = { tool: 'scale', arguments: { service: `${namespace}/web`, replicas: wanted } };
    const { verdict } = await this.api<WhatIfAnswer>('ann', 'POST', '/api/what-if', body);
    return verdict.wait === undefined ? verdict.authority : `${verdict.authority}, waits`;
  }

  /** Ann asks, once the service was seen often enough for the gate to say this; answers with the Decision's name. */
  async asks(namespace: string, wanted: number, says: string): Promise<string> {
    await this.until(`the gate to say ${says}`, async () =>
      (await this.saysTo(namespace, wanted)) === says ? true : undefined,
    );
    const body = {
      tool: 'scale',
      arguments: { service: `${namespace}/web`, replicas: wanted },
      reason: 'the sale begins',
    };
    const { decision } = await this.api<RequestAnswer>('ann', 'POST', '/api/requests', body);
    if (decision === undefined) throw new Error('nothing was asked for');
    return decision.name;
  }

  decisions(namespace: string): Promise<DecisionObject[]> {
    return decisions(this.cluster, namespace);
  }

  /** The first Decision of the namespace, once it is in this phase. */
  inPhase(namespace: string, phase: string): Promise<DecisionObject> {
    return this.until(`a decision that is ${phase}`, async () =>
      (await this.decisions(namespace)).find(({ status }) => status?.phase === phase),
    );
  }

  replicas(namespace: string): Promise<number> {
    return replicas(this.cluster, namespace, 'web');
  }

  /** Our writes to the Deployment that were no dry runs, as the API server's own audit log has them. */
  writes(namespace: string): AuditWrite[] {
    return auditedWrites(this.cluster, namespace);
  }

  /** All journals of the program, by the files they stand in. */
  records(): JournalRecord[] {
    return readdirSync(this.#data)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(path.join(this.#data, name), 'utf8').split('\n').slice(0, -1))
      .map((line) => JournalRecord.parse(JSON.parse(line)));
  }

  async close(): Promise<void> {
    await this.fairlead.stop();
    this.fairlead.remove();
    await this.cluster.stop();
    rmSync(this.#data, { recursive: true, force: true });
  }
}

async function tokenFor(
  data: string,
  name: string,
  groups: readonly string[],
  scopes: readonly Scope[],
): Promise<string> {
  const store = fileStore(data, systemClock);
  const user = await putUser(store, systemClock, { name, role: 'operator', groups: [...groups] });
  const made = await new Gatekeeper(store, systemClock).makeToken(name, {
    name: 'validation',
    scopes: [...scopes],
    days: 1,
  });
  if (!user.ok || !made.ok) throw new Error(`no token for ${name}`);
  return made.value.secret;
}
