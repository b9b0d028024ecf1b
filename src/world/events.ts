import { KINDS, type KubeObject } from '../schema/kube.ts';
import { instant, lettersOf, type Objects } from './objects.ts';

/** Kubernetes keeps Events for an hour. */
const KEPT_MS = 3_600_000;

interface EventBody {
  readonly deprecatedCount?: number;
  readonly deprecatedFirstTimestamp?: string;
}

/** What the cluster's own controllers say about an object: one Event per object, reason and note, counted. */
export class ClusterEvents {
  readonly #objects: Objects;
  readonly #now: () => number;
  #written: { readonly at: number; readonly namespace: string; readonly name: string }[] = [];

  constructor(objects: Objects, now: () => number) {
    this.#objects = objects;
    this.#now = now;
  }

  say(about: KubeObject, type: 'Normal' | 'Warning', reason: string, note: string, component: string): void {
    const { namespace, name, uid } = about.metadata;
    if (namespace === undefined) return;
    this.#expire();
    const metadata = { name: `${name}.${lettersOf(`${uid ?? ''} ${reason} ${note}`, 16)}`, namespace };
    const now = instant(this.#now());
    const old = this.#objects.get(KINDS.Event, namespace, metadata.name);
    const before = old as EventBody | undefined;
    const event: KubeObject = {
      apiVersion: KINDS.Event.apiVersion,
      kind: 'Event',
      metadata: old?.metadata ?? metadata,
      regarding: { apiVersion: about.apiVersion, kind: about.kind, namespace, name, uid },
      type,
      reason,
      note,
      reportingController: component,
      reportingInstance: component,
      action: reason,
      eventTime: before?.deprecatedFirstTimestamp ?? now,
      deprecatedSource: { component },
      deprecatedFirstTimestamp: before?.deprecatedFirstTimestamp ?? now,
      deprecatedLastTimestamp: now,
      deprecatedCount: (before?.deprecatedCount ?? 0) + 1,
    };
    if (old === undefined) {
      this.#objects.add(KINDS.Event, event, component);
      this.#written.push({ at: this.#now(), namespace, name: metadata.name });
    } else {
      this.#objects.change(KINDS.Event, event, component, 'spec');
    }
  }

  #expire(): void {
    const oldest = this.#now() - KEPT_MS;
    if ((this.#written[0]?.at ?? oldest) >= oldest) return;
    for (const { namespace, name } of this.#written.filter(({ at }) => at < oldest)) {
      const event = this.#objects.get(KINDS.Event, namespace, name);
      if (event !== undefined) this.#objects.drop(KINDS.Event, event);
    }
    this.#written = this.#written.filter(({ at }) => at >= oldest);
  }
}
