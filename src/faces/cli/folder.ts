import { watch } from 'node:fs/promises';
import type { KubernetesCluster } from '../../adapters/kubernetes/connect.ts';
import { isGlobal, type NamedText, validateFiles } from '../../schema/blueprint/validateFiles.ts';
import { faultsText, readTexts, resourceOf } from './blueprints.ts';
import type { Io } from './io.ts';

/**
 * The blueprint files of a folder as the cluster's custom resources. Files are read again when one changes; a bad one is
 * refused whole and said so, and the version last applied stays in force.
 */
export class FolderOfBlueprints {
  readonly #dir: string;
  readonly #cluster: KubernetesCluster;
  readonly #io: Io;
  readonly #applied = new Map<string, string>();
  #said = '';

  constructor(dir: string, cluster: KubernetesCluster, io: Io) {
    this.#dir = dir;
    this.#cluster = cluster;
    this.#io = io;
  }

  /** Applies every good file that changed; false when there is none, one is bad, or one could not be applied. */
  async applyAll(): Promise<boolean> {
    const read = await readTexts([this.#dir]);
    if (!read.ok) {
      this.#io.err(`fairlead: ${read.error}\n`);
      return false;
    }
    const validation = validateFiles(read.value);
    const faults = faultsText(validation);
    if (faults !== '' && faults !== this.#said) {
      this.#io.err(`${faults}fairlead: refused; the versions last accepted stay in force\n`);
    }
    this.#said = faults;
    const good = new Set(validation.report.files.filter(({ valid }) => valid).map(({ file }) => file));
    let done = validation.valid;
    // The organisation's rules first: blueprints are held against them.
    const rulesFirst = (named: NamedText): number => (isGlobal(named) ? 0 : 1);
    for (const named of read.value.toSorted((a, b) => rulesFirst(a) - rulesFirst(b))) {
      if (good.has(named.file) && !(await this.#apply(named))) done = false;
    }
    return done;
  }

  /** Ends when `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of watch(this.#dir, { recursive: true, signal })) await this.applyAll();
    } catch (error) {
      if (!signal.aborted) this.#io.err(`fairlead: ${this.#dir} is not watched any more: ${String(error)}\n`);
    }
  }

  async #apply(named: NamedText): Promise<boolean> {
    if (this.#applied.get(named.file) === named.text) return true;
    const { kind, object } = resourceOf(named, this.#cluster.namespace);
    const done = await this.#cluster.applyObject(kind, object);
    if (!done.ok) {
      this.#io.err(`fairlead: ${named.file} was not applied: ${done.error.message}\n`);
      return false;
    }
    this.#applied.set(named.file, named.text);
    const { version } = object.spec as { version?: string };
    this.#io.err(
      `${named.file}: ${kind.kind} ${object.metadata.name}${version === undefined ? '' : ` ${version}`} applied\n`,
    );
    return true;
  }
}
