import { type Agents, RULE_AGENTS } from '../agents/agents.ts';
import type { Desk, Said } from '../agents/askRole.ts';
import { explanationNote } from '../agents/explanationText.ts';
import { blueprintParser, type Explanation } from '../agents/roles/blueprintParser.ts';
import { answerCall } from '../calls/answerCall.ts';
import { type JudgeDeps, judgeCall } from '../calls/judge.ts';
import { blueprintOfVersion, keptVersions, versionName } from '../observe/blueprints/keptVersions.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import type { RecordWriter } from '../ports/cluster.ts';
import type { Log } from '../ports/log.ts';
import { BlueprintStatus } from '../schema/blueprint/status.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import { eventObject } from '../schema/eventObject.ts';
import type { EventReason } from '../schema/eventReasons.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { type News, newsOf } from './blueprintNews.ts';

export interface ExplainDeps extends JudgeDeps {
  readonly records: RecordWriter;
  readonly agents: Agents;
  readonly log: Log;
}

interface Known {
  /** Generation, and what became of it. */
  readonly key: string;
  readonly blueprint?: Blueprint;
}

interface Job {
  readonly view: ServiceView;
  readonly previous: Blueprint | undefined;
}

/** With more than so many waiting (a folder of blueprints was applied) the rest is explained by rules. */
const CROWD = 10;

/**
 * Has each new, changed or refused version of a Blueprint explained once: as an Event on the Blueprint, and whole in the
 * journal. One after another, beside the pass, which it never holds up; a calm service costs a look into a map. It changes
 * no blueprint and decides nothing: whether a version is in force was settled before anybody is asked.
 */
export class ExplainBlueprints {
  readonly #deps: ExplainDeps;
  readonly #known = new Map<string, Known>();
  readonly #jobs = new Map<string, Job>();
  readonly #stop = new AbortController();
  #isFirst = true;
  #working: Promise<void> | undefined;

  constructor(deps: ExplainDeps) {
    this.#deps = deps;
  }

  /** Waits for nothing, and never throws. */
  look(views: readonly ServiceView[]): void {
    const seen = new Set<string>();
    for (const view of views) {
      const uid = uidOf(view.object);
      seen.add(uid);
      this.#note(uid, view);
    }
    for (const uid of this.#known.keys()) if (!seen.has(uid)) this.#known.delete(uid);
    for (const uid of this.#jobs.keys()) if (!seen.has(uid)) this.#jobs.delete(uid);
    this.#isFirst = false;
    if (this.#jobs.size === 0 || this.#working !== undefined || this.#stop.signal.aborted) return;
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Resolves when all that was seen is explained, or cannot be for now. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.idle();
  }

  #note(uid: string, view: ServiceView): void {
    const key = keyOf(view);
    if (key === undefined) return;
    const known = this.#known.get(uid);
    if (known?.key === key) return;
    const inForce = view.blueprint ?? known?.blueprint;
    this.#known.set(uid, { key, ...(inForce !== undefined && { blueprint: inForce }) });
    if (this.#isFirst && wasTold(view)) return;
    // Taken back to what is in force anyway: nothing new.
    const isSame = (view.faults ?? []).length === 0 && known?.blueprint?.hash === view.blueprint?.hash;
    if (known !== undefined && isSame) this.#jobs.delete(uid);
    else this.#jobs.set(uid, { view, previous: this.#jobs.get(uid)?.previous ?? known?.blueprint });
  }

  async #work(): Promise<void> {
    for (const [uid, job] of this.#jobs) {
      if (this.#stop.signal.aborted) return;
      const isCrowded = this.#jobs.size > CROWD;
      this.#jobs.delete(uid);
      const told = await this.#explain(job, isCrowded).catch((error: unknown) => {
        this.#deps.log.error(
          { service: `${job.view.namespace}/${job.view.name}`, error: String(error) },
          'a blueprint was not explained',
        );
        return true;
      });
      if (told) continue;
      // The journal cannot be written: the next pass tries again, unless a newer version has come in.
      if (!this.#jobs.has(uid)) this.#jobs.set(uid, job);
      return;
    }
  }

  /** False: it could not be put on record. */
  async #explain({ view, previous }: Job, isCrowded: boolean): Promise<boolean> {
    const found = newsOf(view, previous ?? (await this.#kept(view)));
    if (found === undefined) return true;
    const { news } = found;
    const { uid = '', generation = 0 } = view.object.metadata;
    const run = `blueprint-${uid.slice(0, 8)}-${generation}`;
    const service = `${view.namespace}/${view.name}`;
    // Before anybody is asked: an unwritable journal costs no model call.
    if (!(await this.#journal('observed', run, { service, evidence: news.lines.slice(0, 12) }))) return false;
    const agent = isCrowded || !found.explains ? RULE_AGENTS.parser : this.#deps.agents.parser;
    const said = await agent.ask(news, this.#desk(view, run), this.#stop.signal);
    const recorded = await this.#journal('said', run, {
      role: blueprintParser.id,
      about: service,
      kind: news.kind,
      version: news.version,
      generation,
      lines: news.lines,
      ...said.conclusion,
      origin: said.origin,
    });
    if (!recorded) return false;
    await this.#tell(view, found, said);
    return true;
  }

  /** What was in force before this process began, where the record of it says that it was something else. */
  async #kept({ object, global, blueprint }: ServiceView): Promise<Blueprint | undefined> {
    const hash = BlueprintStatus.safeParse(object.status).data?.hash;
    if (global === undefined || hash === undefined || hash === blueprint?.hash) return undefined;
    const versions = await keptVersions(this.#deps.reader, object);
    const kept = versions.ok
      ? versions.value.find(({ metadata }) => metadata.name === versionName(object.metadata.name, hash))
      : undefined;
    return kept && blueprintOfVersion(kept, object, global);
  }

  #desk({ namespace }: ServiceView, run: string): Desk {
    const requester = { kind: 'agent' as const, name: blueprintParser.id };
    return {
      runId: run,
      // Of no service: what is refused may govern none.
      own: { namespace, name: '' },
      judge: async (call) => {
        const judged = await judgeCall(this.#deps, call, requester, run);
        return judged.ok ? answerCall(this.#deps, judged.value) : { kind: 'unavailable', message: judged.error };
      },
      record: (exchange) => this.#journal('model', run, { ...exchange, role: blueprintParser.id }),
    };
  }

  /** On the Blueprint, where `kubectl describe` shows it; nothing waits for its success. */
  async #tell(view: ServiceView, { news, warns }: News, { conclusion, origin }: Said<Explanation>): Promise<void> {
    const { namespace, name, object } = view;
    const { uid = '', generation = 0 } = object.metadata;
    const words = {
      reason: reasonOf(news.kind, warns),
      // The uid, since a Blueprint that is made again counts its generations from 1.
      key: `${name}-${uid.slice(0, 8)}-${generation}`,
      note: explanationNote(news, conclusion, origin),
      action: 'blueprint',
      role: 'controller',
      namespace,
      kind: KINDS.Blueprint,
      deployment: { name, uid },
    };
    const told = await this.#deps.records.create(KINDS.Event, eventObject(words, this.#deps.clock.now()));
    if (!told.ok && told.error.code !== 'conflict') {
      this.#deps.log.warn({ service: `${namespace}/${name}`, error: told.error.message }, 'event not written');
    }
  }

  async #journal(kind: 'observed' | 'model' | 'said', subject: string, data: Record<string, unknown>) {
    return (await this.#deps.journal.append({ kind, subject, data })).ok;
  }
}

function reasonOf(kind: News['news']['kind'], warns: boolean): EventReason {
  if (kind === 'refused') return 'BlueprintExplained';
  return warns ? 'BlueprintWidened' : 'BlueprintRead';
}

const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? `${metadata.namespace}/${metadata.name}`;

/** Undefined while nothing can be said: the organisation's rules are broken, or the versions of before cannot be read. */
function keyOf({ object, blueprint, faults = [], global }: ServiceView): string | undefined {
  if (global === undefined || (faults.length === 0 && blueprint === undefined)) return undefined;
  const became = faults.length === 0 ? blueprint?.hash : 'refused';
  return `${object.metadata.generation ?? object.metadata.resourceVersion ?? ''} ${became}`;
}

/** The Blueprint's own record says that this version was weighed before this process began. */
const wasTold = ({ object }: ServiceView): boolean =>
  object.metadata.generation !== undefined &&
  BlueprintStatus.safeParse(object.status).data?.observedGeneration === object.metadata.generation;
