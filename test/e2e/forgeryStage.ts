import { spawnSync } from 'node:child_process';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import type { Served } from '../../src/faces/cli/roles/gateway.ts';
import { finishRaises } from '../../src/gateway/finishRaises.ts';
import { csrfOf, digestOfSecret, newSecret } from '../../src/gateway/people/secrets.ts';
import { putUser } from '../../src/gateway/people/users.ts';
import type { PeopleStore } from '../../src/ports/peopleStore.ts';
import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import type { Scope } from '../../src/schema/api/people.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { ApprovalRequestSpec, type DecisionSpec, DecisionStatus } from '../../src/schema/records.ts';
import { DECISION_SPEC } from '../../src/testing/contractObjects.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import type { Cluster } from '../cluster/harness.ts';
import { workloadWrites } from './fairlead.ts';
import { type ForgeryParts, openForgeryParts, SERVICES, type Service } from './forgeryParts.ts';
import type { InProcess } from './inProcess.ts';
import type { ShiftedClock } from './shiftedClock.ts';

export const hasRedis = spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
export const WANTED = 7;
const WAIT_MS = 60_000;

interface Sent {
  readonly cookie?: string;
  readonly token?: string;
  readonly body: object;
  readonly origin?: string;
  readonly csrf?: string;
  readonly path?: string;
}

/** Everything that somebody who forges an approval can reach, and a record of what was written. */
export class ForgeryStage {
  readonly cluster: Cluster;
  readonly clock: ShiftedClock;
  readonly store: PeopleStore;
  readonly #inside: InProcess;
  readonly #served: Served;
  readonly #parts: ForgeryParts;
  #asked = 0;
  /** Of the Decision that waits, and of its request. */
  name = '';

  private constructor(parts: ForgeryParts) {
    this.cluster = parts.cluster;
    this.clock = parts.clock;
    this.store = parts.store;
    this.#inside = parts.inside;
    this.#served = parts.served;
    this.#parts = parts;
  }

  static async open(): Promise<ForgeryStage> {
    const stage = new ForgeryStage(await openForgeryParts());
    for (const name of ['ada', 'bob', 'ann']) await stage.#person(name, 'devops-team');
    await stage.#person('eve', 'interns');
    await putUser(stage.store, systemClock, { name: 'vera', role: 'viewer', groups: ['devops-team'] });
    const governed = (): number => stage.#inside.observer.views().filter(({ blueprint }) => blueprint).length;
    await stage.until('both services to be seen', () => governed() === SERVICES.length);
    return stage;
  }

  async close(): Promise<void> {
    for (const end of this.#parts.ends.toReversed()) await end();
  }

  async #person(name: string, group: string): Promise<void> {
    const kept = await putUser(this.store, systemClock, { name, role: 'operator', groups: [group] });
    if (!kept.ok) throw new Error(kept.error);
  }

  /** Ann asks for more than the blueprint allows, and people are asked. */
  async ask(service: Service, replicas = WANTED): Promise<void> {
    this.#asked += 1;
    this.name = `${service}-${String(this.#asked).padStart(10, '1')}`;
    const metadata = { name: this.name, namespace: 'shop' };
    const view = this.#inside.observer.views().find(({ name }) => name === service);
    const spec: DecisionSpec = {
      ...DECISION_SPEC,
      blueprint: { name: service, version: '1.0.0', hash: view?.blueprint?.hash ?? '' },
      target: { ...DECISION_SPEC.target, name: service },
      arguments: { replicas },
      requester: { kind: 'person', name: 'ann' },
    };
    // The server's own time: by that it knows when the Decision was made.
    await this.create('Decision', this.name, { spec: PEOPLE.asked(metadata, spec, systemClock.now()) });
    await this.until('people to be asked', async () => {
      const { status } = await this.object('Decision');
      return DecisionStatus.safeParse(status).data?.approval === this.name;
    });
  }

  /** Whatever this row left goes; the next begins with nothing. */
  async clear(): Promise<void> {
    await this.cluster.kubectl(['delete', 'decisions,approvalrequests', '-n', 'shop', '--all', '--wait=false']);
    await this.until('nothing to be on record', () => this.#inside.observer.decisions().length === 0);
  }

  async object(kind: 'Decision' | 'ApprovalRequest', name = this.name): Promise<KubeObject> {
    const found = await this.#inside.cluster.reader.get(KINDS[kind], 'shop', name);
    if (!found.ok || found.value === undefined) throw new Error(`no ${kind} ${name}`);
    return found.value;
  }

  async spec(): Promise<ApprovalRequestSpec> {
    return ApprovalRequestSpec.parse((await this.object('ApprovalRequest')).spec);
  }

  /** Everything that was tried on Deployments besides kubectl's own, as the API server's audit log has it. */
  writes = (): string[] => workloadWrites(this.cluster, 'shop');

  /** With the rights of a cluster admin. */
  patch(kind: string, change: object, ...more: string[]): Promise<string> {
    return this.cluster.kubectl([
      'patch',
      kind,
      this.name,
      '-n',
      'shop',
      '--type=merge',
      '-p',
      JSON.stringify(change),
      ...more,
    ]);
  }

  async put(votes: (request: KubeObject, now: number) => readonly unknown[]): Promise<void> {
    const request = await this.object('ApprovalRequest');
    await this.patch('approvalrequest', { votes: votes(request, this.clock.now()) });
  }

  async create(kind: 'Decision' | 'ApprovalRequest', name: string, rest: Partial<KubeObject>): Promise<void> {
    const { apiVersion } = KINDS[kind];
    const input = JSON.stringify({ apiVersion, kind, metadata: { name, namespace: 'shop' }, ...rest });
    await this.cluster.kubectl(['create', '-f', '-'], { input });
  }

  delete = (kind: string): Promise<string> => this.cluster.kubectl(['delete', kind, this.name, '-n', 'shop']);

  /** The request made anew under its name with another spec, and a vote of `by` that is genuine for just that. */
  async again(change: Partial<ApprovalRequestSpec>, by: string, group: string): Promise<void> {
    const spec = { ...(await this.spec()), ...change };
    await this.delete('approvalrequest');
    await this.create('ApprovalRequest', this.name, { spec });
    await this.put((request, now) => [PEOPLE.vote(request, by, now, { groups: [group] })]);
  }

  /** The secret of a session that was opened now. */
  async session(name: string): Promise<string> {
    const secret = newSecret();
    const now = systemClock.now();
    const session = { id: digestOfSecret(secret), user: name, createdAt: now, seenAt: now };
    await this.store.update((people) => ({ ...people, sessions: [...people.sessions, session] }));
    return secret;
  }

  async token(owner: string, ...scopes: Scope[]): Promise<string> {
    const made = await this.#served.keeper.makeToken(owner, { name: 't', scopes, days: 1 });
    if (!made.ok) throw new Error(made.error.message);
    return made.value.secret;
  }

  /** As the page sends it, unless told otherwise. */
  send({ cookie, token, body, origin = this.#served.place.url, csrf, path: to = '/vote' }: Sent): Promise<Response> {
    const headers = new Headers({ 'content-type': 'application/json', origin });
    if (cookie !== undefined) {
      headers.set('cookie', `fairlead=${cookie}`);
      headers.set('x-fairlead-csrf', csrf ?? csrfOf(cookie));
    }
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const url = to.startsWith('/api/') ? to : `/api/approvals/shop/${this.name}${to}`;
    return fetch(`${this.#served.place.url}${url}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** A yes to exactly what the card shows now. */
  async yes(over: object = {}): Promise<Record<string, unknown>> {
    const headers = { cookie: `fairlead=${await this.session('ada')}` };
    const card = (await (
      await fetch(`${this.#served.place.url}/api/approvals/shop/${this.name}`, { headers })
    ).json()) as ApprovalCard;
    return { digest: card.digest, vote: 'approve', choice: 'once', comment: 'yes', ...over };
  }

  /** By hand in the queue, and what the gateway then makes of all that lies there. */
  async inQueue(work: (queue: Queue) => Promise<unknown>): Promise<void> {
    if (this.#parts.redis === undefined) throw new Error('no Redis');
    const client = new Redis({ path: this.#parts.redis.socket, maxRetriesPerRequest: null });
    const queue = new Queue('notices', { connection: client, prefix: `{fairlead-${PEOPLE.trust.cluster}}` });
    try {
      await this.#parts.notices.look();
      await work(queue);
      await this.until('the queue to be worked off', async () => {
        const left = await queue.getJobCounts('waiting', 'active', 'prioritized');
        return Object.values(left).every((count) => count === 0);
      });
    } finally {
      await queue.close();
      client.disconnect();
    }
  }

  /** Everybody has seen what stands on the server now, and has acted on it more than once. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      await this.#seen();
      await this.#turn();
    }
    await this.#seen();
  }

  async #turn(): Promise<void> {
    await this.#inside.observer.pass();
    this.#served.looked();
    await finishRaises(this.#parts.gateway);
    await this.#parts.notices.look();
    await this.#inside.executor.pass();
  }

  async until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
    for (const end = performance.now() + WAIT_MS; performance.now() < end; ) {
      await this.#turn();
      if (await look()) return;
      await systemClock.sleep(100);
    }
    throw new Error(`not within a minute: ${what}; ${JSON.stringify(this.#inside.journal.of('phase').slice(-4))}`);
  }

  /** The watches of the executor and the gateway have brought what the server holds. */
  async #seen(): Promise<void> {
    const { observer, cluster } = this.#inside;
    const marks = (objects: readonly KubeObject[]): string =>
      objects
        .map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)
        .toSorted()
        .join();
    for (const end = performance.now() + WAIT_MS; performance.now() < end; ) {
      const [decisions, requests] = [
        await cluster.reader.list(KINDS.Decision, 'shop'),
        await cluster.reader.list(KINDS.ApprovalRequest, 'shop'),
      ];
      const known = [marks(observer.decisions()), marks(observer.approvals())];
      if (
        decisions.ok &&
        requests.ok &&
        known.join() === [decisions, requests].map((all) => marks(all.value.items)).join()
      )
        return;
      await systemClock.sleep(20);
    }
    throw new Error('the watches are behind for a minute');
  }
}
