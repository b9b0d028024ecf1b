import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import type { World } from '../../src/world/world.ts';
import type { AttackClock } from './attackClock.ts';
import { checkWrite } from './invariants.ts';
import type { LightJournal } from './lightJournal.ts';
import type { Written } from './serverRecord.ts';
import {
  BLUEPRINTS,
  type BlueprintCase,
  type BlueprintName,
  GLOBALS,
  type GlobalName,
  type Terms,
  under,
} from './terms.ts';
import { type Touch, touchOf } from './touch.ts';

/** A change of a Deployment, as the API server took it. */
export interface Change extends Touch {
  readonly at: number;
  readonly uid: string;
}

/** A person's yes to one exact wish. */
export interface Approval {
  readonly decision: string;
  readonly operation: string;
  readonly args: Readonly<Record<string, unknown>>;
}

interface Parts {
  readonly world: World;
  readonly clock: AttackClock;
  readonly journals: readonly LightJournal[];
  /** uids of Decisions that a person asked for. */
  readonly persons: ReadonlySet<string>;
  /** Fairlead's own namespace. */
  readonly own: string;
}

const RECORDS: Readonly<Record<string, readonly Written['verb'][]>> = {
  Decision: ['create', 'status'],
  ApprovalRequest: ['create', 'status'],
  CircuitBreaker: ['create', 'status'],
  Blueprint: ['status'],
  ClusterBlueprint: ['status'],
  ControllerRevision: ['create', 'replace'],
  Event: ['create', 'replace'],
};

/**
 * What the world saw, and what people said: the checker's own books. It is told of each write at the moment the API
 * server takes it, and asks the product nothing.
 */
export class Ledger {
  readonly world: World;
  readonly clock: AttackClock;
  readonly journals: readonly LightJournal[];
  readonly persons: ReadonlySet<string>;
  readonly own: string;
  readonly changes: Change[] = [];
  readonly approvals: Approval[] = [];
  readonly violations: string[] = [];
  global: GlobalName = 'none';
  /** Since when the oldest of the observers watches without a gap. */
  watchingSince = 0;
  metricsGoneSince: number | undefined;
  loadSince = 0;
  #terms: Terms[] = [];
  #before: Terms[] = [];
  #version = 0;

  constructor({ world, clock, journals, persons, own }: Parts) {
    this.persons = persons;
    this.world = world;
    this.clock = clock;
    this.journals = journals;
    this.own = own;
  }

  /** Somebody applies a blueprint. What must be refused whole changes nothing of what is in force. */
  blueprint(name: BlueprintName, apply: (object: KubeObject) => unknown): void {
    const { spec, terms }: BlueprintCase = BLUEPRINTS[name];
    const { apiVersion, kind } = KINDS.Blueprint;
    this.#version += 1;
    const object = { apiVersion, kind, metadata: { name: 'web', namespace: 'shop' } };
    const isThere = this.world.objects.get(KINDS.Blueprint, 'shop', 'web') !== undefined;
    try {
      // Whole documents: what the version before said must not live on in this one.
      if (isThere)
        this.world.edit(KINDS.Blueprint, 'shop', 'web', (draft) => Object.assign(draft, { spec: this.#dated(spec) }));
      else apply({ ...object, spec: this.#dated(spec) });
    } catch {
      return;
    }
    if (terms === undefined) return;
    // Under rules of the organisation, also such as come before anybody has looked, a version may be refused that is good
    // by itself: then the one before stays.
    this.#terms = [...this.#terms, terms];
  }

  setGlobal(name: GlobalName): void {
    const spec = GLOBALS[name];
    this.global = name;
    const { apiVersion, kind } = KINDS.ClusterBlueprint;
    const isThere = this.world.objects.get(KINDS.ClusterBlueprint, undefined, 'default') !== undefined;
    if (isThere) this.world.remove(KINDS.ClusterBlueprint, undefined, 'default');
    if (spec !== undefined) this.world.apply({ apiVersion, kind, metadata: { name: 'default' }, spec });
  }

  #dated(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return { version: `1.0.${this.#version}`, ...spec };
  }

  /** Any version in force since this pass began may be what a change of this pass was let through under. */
  beginPass(): void {
    this.#before = this.#terms.slice(-1);
    if (this.global === 'none') this.#terms = this.#terms.slice(-1);
  }

  termsNow(): readonly Terms[] {
    return [...new Set([...this.#before, ...this.#terms])].map((terms) => under(terms, this.global));
  }

  take(written: Written): void {
    const { kind, namespace, name, verb } = written;
    if (kind === 'Deployment') this.#deployment(written);
    else if (RECORDS[kind]?.includes(verb) !== true)
      this.violations.push(`${verb} of ${kind} ${namespace}/${name}: nothing that Fairlead may write`);
  }

  /** Deletions leave no object: they are found among the calls. */
  deletions(calls: readonly { verb: string; path: string }[]): string[] {
    return calls
      .filter(({ verb, path }) => verb === 'delete' && !/\/(decisions|approvalrequests|events)\//.test(path))
      .map(({ path }) => `${path} was deleted`);
  }

  #deployment(written: Written): void {
    const touch = touchOf(written);
    if (typeof touch === 'string') {
      this.violations.push(touch);
      return;
    }
    const change: Change = { ...touch, at: this.clock.age(), uid: written.after.metadata.uid ?? '' };
    this.violations.push(...checkWrite(this, change, written));
    this.changes.push(change);
  }
}
