import type { Clock } from '../ports/clock.ts';
import type { ClusterError, ClusterReader } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import type { Kind, KubeObject } from '../schema/kube.ts';

export interface MirrorDeps {
  readonly reader: ClusterReader;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1): spreads the retries of many processes. */
  readonly random: () => number;
}

export interface MirrorChange {
  readonly type: 'added' | 'modified' | 'deleted';
  readonly object: KubeObject;
  /** The version before; absent for `added`. */
  readonly before?: KubeObject;
}

interface StreamEnd {
  /** The resourceVersion to go on from. */
  readonly last: string;
  readonly gone: boolean;
  readonly message: string;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** A kind whose definition is not installed may be installed later; nobody needs it within seconds. */
const NOT_SERVED_RETRY_MS = 300_000;
/** A stream that ends sooner than this without a word is not reopened at once. */
const SHORT_STREAM_MS = 1_000;
const TOO_OFTEN = 3;

/**
 * All objects of one kind, in memory: listed once, then watched. Level-based: after a gap it lists again and tells the
 * difference, so that a lost event is never a lost fact. An event without a new resourceVersion is no change. It never
 * throws; what it cannot read it says through `freshAt` and `problem`, and it goes on trying until told to stop.
 */
export class Mirror {
  readonly kind: Kind;
  readonly #deps: MirrorDeps;
  readonly #slim: (object: KubeObject) => KubeObject;
  readonly #objects = new Map<string, KubeObject>();
  readonly #byNamespace = new Map<string, Map<string, KubeObject>>();
  readonly #listeners: ((change: MirrorChange) => void)[] = [];
  #syncedAt: number | undefined;
  #streaming = false;
  #heardAt: number | undefined;
  #problem: string | undefined;
  #failures = 0;
  #tried: (() => void) | undefined;
  /** Resolves once the first list has been answered, whatever the answer. */
  readonly tried: Promise<void>;

  /** `slim` takes out of an object what nobody reads, to keep memory small. */
  constructor(deps: MirrorDeps, kind: Kind, slim: (object: KubeObject) => KubeObject = (object) => object) {
    this.#deps = deps;
    this.kind = kind;
    this.#slim = slim;
    this.tried = new Promise((resolve) => {
      this.#tried = resolve;
    });
  }

  get(namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#byNamespace.get(namespace ?? '')?.get(name);
  }

  all(): Iterable<KubeObject> {
    return this.#objects.values();
  }

  inNamespace(namespace: string): Iterable<KubeObject> {
    return this.#byNamespace.get(namespace)?.values() ?? [];
  }

  namesIn(namespace: string): Set<string> {
    return new Set(this.#byNamespace.get(namespace)?.keys());
  }

  /** When the first list was complete; undefined before. */
  get syncedAt(): number | undefined {
    return this.#syncedAt;
  }

  /** The instant up to which the contents are known to be true: now while the stream is open, else when it was last heard. */
  freshAt(): number | undefined {
    return this.#streaming ? this.#deps.clock.now() : this.#heardAt;
  }

  /** It was read, and hears of changes now. */
  get hears(): boolean {
    return this.#syncedAt !== undefined && this.#problem === undefined;
  }

  /** Why it cannot read, in words; undefined when it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  onChange(listener: (change: MirrorChange) => void): void {
    this.#listeners.push(listener);
  }

  /** Lists and watches until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const version = await this.#list();
      this.#tried?.();
      if (version === undefined) await this.#backOff(signal);
      else if (version === '') await this.#deps.clock.sleep(NOT_SERVED_RETRY_MS, signal);
      else await this.#follow(version, signal);
    }
    this.#streaming = false;
    this.#tried?.();
  }

  /** The resourceVersion of the list, '' for a kind that is not served, or undefined when it could not be read. */
  async #list(): Promise<string | undefined> {
    const result = await attempt(() => this.#deps.reader.list(this.kind));
    if (!result.ok) {
      this.#streaming = false;
      this.#failed(result.error.message);
      return undefined;
    }
    const seen = new Set<string>();
    for (const object of result.value.items) {
      seen.add(keyOf(object));
      this.#put(object);
    }
    for (const [key, object] of this.#objects) if (!seen.has(key)) this.#remove(object);
    this.#heard();
    this.#syncedAt ??= this.#deps.clock.now();
    // Nothing can be missed of a kind that nobody can create.
    this.#streaming = result.value.resourceVersion === '';
    return result.value.resourceVersion;
  }

  /** Watches from `version` on, over as many streams as it takes, until a new list is needed. */
  async #follow(version: string, signal: AbortSignal): Promise<void> {
    let from = version;
    while (!signal.aborted) {
      const openedAt = this.#deps.clock.now();
      const { last, gone, message } = await this.#stream(from, signal);
      if (signal.aborted) return;
      const useless = last === from && this.#deps.clock.now() - openedAt < SHORT_STREAM_MS;
      from = last;
      if (!useless) this.#failures = 0;
      else if (gone && this.#failures === 0) this.#failures = 1;
      else {
        this.#failures += 1;
        if (this.#failures === TOO_OFTEN) {
          this.#deps.log.warn({ kind: this.kind.kind, error: message }, 'the watch keeps ending, listing instead');
        }
        await this.#backOff(signal);
      }
      // A watch that keeps failing may fail because of its version, or because the kind went away: look at the list again.
      if (gone || this.#failures >= TOO_OFTEN) return;
    }
  }

  async #stream(from: string, signal: AbortSignal): Promise<StreamEnd> {
    const openedAt = this.#deps.clock.now();
    let last = from;
    this.#streaming = true;
    try {
      for await (const event of this.#deps.reader.watch(this.kind, undefined, from, signal)) {
        if (event.type === 'ended') return { last, gone: event.gone, message: event.message };
        this.#heard();
        last = event.object.metadata.resourceVersion ?? last;
        if (event.type === 'deleted') this.#remove(event.object);
        else this.#put(event.object);
      }
      return { last, gone: false, message: 'the watch ended' };
    } catch (error) {
      return { last, gone: false, message: wordsOf(error) };
    } finally {
      const now = this.#deps.clock.now();
      // A stream that held up to now said by its silence that nothing changed; one that was refused said nothing.
      if (now - openedAt >= SHORT_STREAM_MS) this.#heardAt = now;
      this.#streaming = false;
    }
  }

  #put(object: KubeObject): void {
    const before = this.#objects.get(keyOf(object));
    if (before !== undefined && isSameVersion(before, object)) return;
    const kept = this.#slim(object);
    const { namespace = '', name } = object.metadata;
    this.#objects.set(keyOf(object), kept);
    const siblings = this.#byNamespace.get(namespace) ?? new Map<string, KubeObject>();
    siblings.set(name, kept);
    this.#byNamespace.set(namespace, siblings);
    // The same name with another uid is another object: the old one went while nobody looked.
    const same = before?.metadata.uid === object.metadata.uid;
    if (before !== undefined && !same) this.#tell({ type: 'deleted', object: before });
    this.#tell(
      before !== undefined && same ? { type: 'modified', object: kept, before } : { type: 'added', object: kept },
    );
  }

  #remove(object: KubeObject): void {
    const before = this.#objects.get(keyOf(object));
    if (before === undefined) return;
    const { namespace = '', name } = before.metadata;
    this.#objects.delete(keyOf(before));
    const siblings = this.#byNamespace.get(namespace);
    siblings?.delete(name);
    if (siblings?.size === 0) this.#byNamespace.delete(namespace);
    this.#tell({ type: 'deleted', object: before });
  }

  #tell(change: MirrorChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#deps.log.error({ kind: this.kind.kind, error: String(error) }, 'a listener of watch events threw');
      }
    }
  }

  #heard(): void {
    this.#heardAt = this.#deps.clock.now();
    if (this.#problem !== undefined) this.#deps.log.info({ kind: this.kind.kind }, 'reading it again');
    this.#problem = undefined;
  }

  /** Said once per outage, not once per attempt. */
  #failed(message: string): void {
    this.#failures += 1;
    if (this.#problem === undefined)
      this.#deps.log.warn({ kind: this.kind.kind, error: message }, 'cannot read from the cluster');
    this.#problem = message;
  }

  #backOff(signal: AbortSignal): Promise<void> {
    const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 10));
    return this.#deps.clock.sleep(Math.round(full * (0.5 + this.#deps.random() / 2)), signal);
  }
}

async function attempt<T>(
  call: () => Promise<{ ok: true; value: T } | { ok: false; error: ClusterError }>,
): Promise<{ ok: true; value: T } | { ok: false; error: { message: string } }> {
  try {
    return await call();
  } catch (error) {
    return { ok: false, error: { message: wordsOf(error) } };
  }
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
const isSameVersion = (a: KubeObject, b: KubeObject): boolean =>
  a.metadata.uid === b.metadata.uid &&
  a.metadata.resourceVersion !== undefined &&
  a.metadata.resourceVersion === b.metadata.resourceVersion;
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
