import { watch } from 'node:fs/promises';
import { isGlobal, type NamedText, validateFiles } from '../../schema/blueprint/validateFiles.ts';
import { faultsText, readTexts, resourceOf } from './blueprints.ts';
import type { Io } from './io.ts';
import { type Session, trouble } from './session.ts';

/**
 * The blueprint files of a folder as the cluster's custom resources. Files are read again when one changes; a bad one is
 * refused whole and said so, and the version last applied stays in force.
 */
export class FolderOfBlueprints {
  readonly #dir: string;
  readonly #session: Session;
  readonly #io: Io;
  readonly #applied = new Map<string, string>();
  #said = '';
  /** Why a good file could not be applied, as last said. */
  readonly #failed = new Map<string, string>();

  constructor(dir: string, session: Session, io: Io) {
    this.#dir = dir;
    this.#session = session;
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

  /** Tries again what was good but could not be applied, so that an edit made while the cluster was away is not lost. */
  async retry(): Promise<void> {
    if (this.#failed.size > 0) await this.applyAll();
  }

  /** Ends when `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    try {
      for await (const _ of watch(this.#dir, { recursive: true, signal })) await this.applyAll();
    } catch (error) {
      if (!signal.aborted)
        this.#io.err(
          `fairlead: ${this.#dir} is not watched any more: ${String(error)}\n  fix: fairlead apply -f ${this.#dir} takes edits over\n`,
        );
    }
  }

  async #apply(named: NamedText): Promise<boolean> {
    if (this.#applied.get(named.file) === named.text) return true;
    const { cluster } = this.#session;
    const { kind, object } = resourceOf(named, cluster.namespace);
    const done = await cluster.applyObject(kind, object);
    if (!done.ok) {
      const words = trouble(this.#session, `${named.file} was not applied`, done.error);
      if (this.#failed.get(named.file) !== words) this.#io.err(`fairlead: ${words}\n`);
      this.#failed.set(named.file, words);
      return false;
    }
    this.#failed.delete(named.file);
    this.#applied.set(named.file, named.text);
    const { version } = object.spec as { version?: string };
    this.#io.err(
      `${named.file}: ${kind.kind} ${object.metadata.name}${version === undefined ? '' : ` ${version}`} applied\n`,
    );
    return true;
  }
}
