import { access } from 'node:fs/promises';
import { isGlobal, type NamedText, validateFiles } from '../../../schema/blueprint/validateFiles.ts';
import type { Kind, KubeObject } from '../../../schema/kube.ts';
import { faultsText, readTexts } from '../blueprints/blueprints.ts';
import { putDocument } from '../blueprints/putDocument.ts';
import type { Io } from '../io.ts';
import { type Session, trouble } from '../session.ts';
import { FoldersWatched } from './foldersWatched.ts';

/**
 * The blueprint files of a folder as the cluster's custom resources. Files are read again when one changes; a bad one is
 * refused whole and said so, and the version last applied stays in force.
 */
export class FolderOfBlueprints {
  readonly #dir: string;
  readonly #session: Session;
  readonly #io: Io;
  readonly #applied = new Map<string, { readonly text: string; readonly kind: Kind; readonly object: KubeObject }>();
  #said = '';
  #judged: { readonly all: string; readonly valid: boolean } | undefined;
  #running: Promise<boolean> = Promise.resolve(true);
  #watched: FoldersWatched | undefined;
  #unwatched = '';
  /** Why a good file could not be applied, as last said. */
  readonly #failed = new Map<string, string>();

  constructor(dir: string, session: Session, io: Io) {
    this.#dir = dir;
    this.#session = session;
    this.#io = io;
  }

  /**
   * Applies every good file that changed; false when there is none, one is bad, or one could not be applied. Called at
   * every pass too: an edit that no watch told of, or that came while the cluster was away, is not lost. Costs only the
   * reading while nothing changed.
   */
  applyAll(): Promise<boolean> {
    this.#running = this.#running.catch(() => false).then(() => this.#applyAll());
    return this.#running;
  }

  async #applyAll(): Promise<boolean> {
    // Before the reading: what is written after it is heard.
    await this.#watched?.heed();
    await this.#tellGone();
    const read = await readTexts([this.#dir]);
    if (!read.ok) {
      this.#say(`fairlead: ${read.error}\n`);
      return false;
    }
    const all = JSON.stringify(read.value);
    if (all === this.#judged?.all && this.#failed.size === 0) return this.#judged.valid;
    const validation = validateFiles(read.value);
    this.#judged = { all, valid: validation.valid };
    const faults = faultsText(validation);
    this.#say(faults === '' ? '' : `${faults}fairlead: refused; the versions last accepted stay in force\n`);
    const good = new Set(validation.report.files.filter(({ valid }) => valid).map(({ file }) => file));
    let done = validation.valid;
    // The organisation's rules first: blueprints are held against them.
    const rulesFirst = (named: NamedText): number => (isGlobal(named) ? 0 : 1);
    for (const named of read.value.toSorted((a, b) => rulesFirst(a) - rulesFirst(b))) {
      if (good.has(named.file) && !(await this.#apply(named))) done = false;
    }
    return done;
  }

  /** A file that was taken away takes nothing out of force: only deleting the object does, and that is a person's to say. */
  async #tellGone(): Promise<void> {
    for (const [file, { kind, object }] of this.#applied) {
      if (
        await access(file).then(
          () => true,
          () => false,
        )
      )
        continue;
      this.#applied.delete(file);
      const { namespace, name } = object.metadata;
      const at = namespace === undefined ? '' : ` -n ${namespace}`;
      this.#io.err(
        `${file} is gone: ${kind.kind} ${name} stays in force; kubectl delete ${kind.plural}${at} ${name} ends it\n`,
      );
    }
  }

  /** What is wrong, once until it changes. */
  #say(text: string): void {
    if (text !== this.#said) this.#io.err(text);
    this.#said = text;
  }

  /** Ends when `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    const watched = new FoldersWatched(
      this.#dir,
      () => void this.applyAll().catch((error: unknown) => this.#say(`fairlead: ${String(error)}\n`)),
      (why) => this.#sayUnwatched(why),
    );
    this.#watched = watched;
    await this.applyAll();
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#watched = undefined;
    // What is still being read may be about to watch one more.
    await this.#running;
    watched.close();
  }

  /** Once until it changes. */
  #sayUnwatched(why: string): void {
    if (why !== this.#unwatched)
      this.#io.err(
        `fairlead: ${this.#dir} is not watched: ${why}\n  fix: none is needed, edits are taken over at the next pass; fairlead apply -f ${this.#dir} takes them over now\n`,
      );
    this.#unwatched = why;
  }

  async #apply(named: NamedText): Promise<boolean> {
    if (this.#applied.get(named.file)?.text === named.text) return true;
    const done = await putDocument(this.#session.cluster, named);
    if (!done.ok) {
      const words = trouble(this.#session, `${named.file} was not applied`, done.error);
      if (this.#failed.get(named.file) !== words) this.#io.err(`fairlead: ${words}\n`);
      this.#failed.set(named.file, words);
      return false;
    }
    const { kind, object, note } = done.value;
    if (note !== undefined) this.#io.err(`note: ${note}\n`);
    this.#failed.delete(named.file);
    this.#applied.set(named.file, { text: named.text, kind, object });
    const { version } = object.spec as { version?: string };
    this.#io.err(
      `${named.file}: ${kind.kind} ${object.metadata.name}${version === undefined ? '' : ` ${version}`} applied\n`,
    );
    return true;
  }
}
