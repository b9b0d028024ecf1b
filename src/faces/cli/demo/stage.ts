import type { VoteBody } from '../../../schema/api/approvals.ts';
import { BlueprintSpec } from '../../../schema/blueprint/document.ts';
import type { DecisionObject } from '../../../schema/decisionObject.ts';
import type { JournalEntry } from '../../../schema/journal.ts';
import { KINDS, type Kind, type KubeObject } from '../../../schema/kube.ts';
import { ApprovalRequestSpec } from '../../../schema/records.ts';
import { answer, personIn } from '../../../testing/gateway.ts';
import { settle } from '../../../testing/manualClock.ts';
import type { VirtualRun } from '../../../virtualRun.ts';
import { isEnded } from './scenario.ts';
import { NAMESPACE, SHOP } from './shop.ts';
import type { Customers, Traffic } from './traffic.ts';

/** The demo was told to stop (Ctrl-C): whatever is being played ends at once. */
export class Stopped extends Error {}

export interface StageOptions {
  readonly run: VirtualRun;
  readonly customers: Customers;
  readonly signal: AbortSignal;
  /** What was recorded so far, in both journals, oldest first. */
  readonly recorded: readonly JournalEntry[];
  /** Tells what happens outside: what customers, people and machines do. */
  readonly happens: (service: string, text: string) => Promise<void>;
  /** An operator says something in a chat; what they read in reply. */
  readonly says: (operator: string, text: string) => Promise<string>;
  /** From now on the attacker answers when a model is asked, or no longer. */
  readonly attack: (underAttack: boolean) => void;
}

/** What a scenario may do to the shop and look at: its own decisions and writes only, whatever was before. */
export class Stage {
  readonly #options: StageOptions;
  readonly #seen: ReadonlySet<string>;
  readonly #writesBefore: number;
  readonly #eventsBefore: number;
  readonly #recordedBefore: number;

  constructor(options: StageOptions) {
    this.#options = options;
    this.#seen = new Set(options.run.decisions(NAMESPACE).map(({ metadata }) => metadata.name));
    this.#writesBefore = options.run.writes().length;
    this.#recordedBefore = options.recorded.length;
    this.#eventsBefore = options.run.events(NAMESPACE).length;
  }

  now(): number {
    return this.#options.run.clock.now();
  }

  /** Says what happens, then lets it happen. */
  async traffic(service: string, text: string, traffic: Traffic): Promise<void> {
    await this.#options.happens(service, text);
    this.#options.customers.change(service, traffic);
  }

  /** What somebody outside does with the cluster, such as `kubectl apply`; the watches have seen it when this returns. */
  async apply(service: string, text: string, object: KubeObject): Promise<void> {
    await this.#options.happens(service, text);
    this.#options.run.world.apply(object);
    await settle();
  }

  async remove(service: string, text: string, kind: Kind, name: string): Promise<void> {
    await this.#options.happens(service, text);
    this.#options.run.world.remove(kind, kind.namespaced ? NAMESPACE : undefined, name);
    await settle();
  }

  /** What people are asked about a service, oldest first. */
  requests(service: string): KubeObject[] {
    return this.#options.run.world.objects
      .list(KINDS.ApprovalRequest, NAMESPACE)
      .filter(({ spec }) => ApprovalRequestSpec.safeParse(spec).data?.target.name === service);
  }

  /** A person who is played answers at the real gateway. What it would not take, in words. */
  async answers(
    service: string,
    name: string,
    { by, groups, said }: { by: string; groups: readonly string[]; said: Partial<VoteBody> & Pick<VoteBody, 'vote'> },
  ): Promise<string | undefined> {
    const { gateway } = this.#options.run;
    await this.#options.happens(service, `${by} of ${groups.join(', ')} (a played person) reads the request`);
    const voted = await answer(gateway, personIn(by, ...groups), { namespace: NAMESPACE, name }, said);
    await settle();
    return voted.ok ? undefined : voted.error.message;
  }

  blueprint(service: string): BlueprintSpec | undefined {
    const object = this.#options.run.world.get(KINDS.Blueprint, NAMESPACE, service);
    return BlueprintSpec.safeParse(object?.spec).data;
  }

  /** A played operator asks in a chat, through the gateway's MCP server; what they read in reply. */
  async says(operator: string, text: string): Promise<string> {
    const reply = await untilStopped(this.#options.says(operator, text), this.#options.signal);
    await settle();
    return reply;
  }

  attack(underAttack: boolean): void {
    this.#options.attack(underAttack);
  }

  /** Plays until `done` holds; false when it did not within `ms` of the story's time. */
  async until(done: () => boolean, ms: number): Promise<boolean> {
    const { run, signal } = this.#options;
    for (const end = run.clock.now() + ms; run.clock.now() < end; ) {
      if (done()) return true;
      await untilStopped(run.tick(), signal);
    }
    return done();
  }

  /** Until this scenario has decisions and all of them are over. */
  untilDecided(ms: number): Promise<boolean> {
    const over = (): boolean => this.decisions().length > 0 && this.decisions().every(isEnded);
    return this.until(over, ms);
  }

  /** Oldest first. */
  decisions(service?: string): DecisionObject[] {
    return this.#options.run
      .decisions(NAMESPACE)
      .filter(
        ({ metadata, spec }) => !this.#seen.has(metadata.name) && spec.target.name === (service ?? spec.target.name),
      )
      .toSorted((a, b) => (a.status?.history[0]?.at ?? this.now()) - (b.status?.history[0]?.at ?? this.now()));
  }

  /** Deployments that were written to, once a write. */
  writes(): string[] {
    const paths = this.#options.run.writes().slice(this.#writesBefore);
    return paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  }

  /** Notes of the Events on a Deployment. */
  events(service: string): string[] {
    const all = this.#options.run.events(NAMESPACE).slice(this.#eventsBefore);
    return all.filter(({ deployment }) => deployment === service).map(({ note }) => note);
  }

  /** What the journals say, of one kind. */
  records(kind: JournalEntry['kind']): JournalEntry[] {
    return this.#options.recorded.slice(this.#recordedBefore).filter((entry) => entry.kind === kind);
  }

  replicas(service: string): number {
    return this.#options.run.replicas(NAMESPACE, service);
  }

  /** Of all services of the shop. */
  allReplicas(): number {
    return SHOP.reduce((sum, { name }) => sum + this.replicas(name), 0);
  }

  /** p95 in milliseconds at this moment. */
  latency(service: string): number | undefined {
    return this.#options.run.world.measure(`${NAMESPACE}/${service}`).p95Ms;
  }

  pods(): number {
    return this.#options.run.world.objects.list(KINDS.Pod, NAMESPACE).length;
  }

  breaker(service: string): KubeObject | undefined {
    return this.#options.run.world.get(KINDS.CircuitBreaker, NAMESPACE, service);
  }
}

/** The work's end, or `Stopped` as soon as the signal says so; the work is left behind then. */
export function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Stopped('stopped'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
