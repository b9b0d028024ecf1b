import type { ExecutorDeps } from '../../src/executor/deps.ts';
import { Executor } from '../../src/executor/executor.ts';
import type { ClusterResult } from '../../src/ports/cluster.ts';
import type { Kind, KubeObject } from '../../src/schema/kube.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { openStage, type Stage, type StageOptions } from './executorStage.ts';

export interface Told {
  readonly stage: Stage;
  /** Writes down all it does. */
  readonly executor: Executor;
  readonly run: (ms: number) => Promise<void>;
  /** Puts a line of the test's own between what the executor did: what people or the world do now. */
  readonly now: (words: string) => void;
  /** Forgets what was told so far. */
  readonly from: () => void;
  /** All of it so far. */
  readonly text: () => string;
}

/**
 * An executor whose every pass is written down whole: what it read, what it wrote and where that differs from what stood
 * there, its journal, its log, its alerts, and when it wants to look again. The end of a course looks the same when a step
 * was left out and made good by the next pass; its transcript does not.
 */
export async function openTranscript(
  options: StageOptions = {},
  given?: (stage: Stage) => Partial<ExecutorDeps>,
): Promise<Told> {
  const stage = await openStage(options);
  const begun = stage.clock.now();
  const passes: { at: string; lines: readonly string[]; times: number }[] = [];
  let lines: string[] = [];
  const say = (line: string): void => void lines.push(relative(line, begun, stage.clock.now()));
  const deps = narrated({ ...stage.deps, trust: PEOPLE.trust, ...given?.(stage) }, stage, say);
  const close = (heading: string): void => {
    const last = passes.at(-1);
    if (last !== undefined && last.lines.join() === lines.join()) last.times += 1;
    else passes.push({ at: heading, lines, times: 1 });
    lines = [];
  };
  class Narrated extends Executor {
    override async pass(): Promise<{ againAt?: number }> {
      const next = await super.pass();
      const now = stage.clock.now();
      say(next.againAt === undefined ? 'nothing is due' : `again in ${next.againAt - now} ms`);
      close(clockFace(now - begun));
      return next;
    }
  }
  const executor = new Narrated(deps);
  return {
    stage,
    executor,
    run: (ms) => stage.run(ms, executor),
    now: (words) => {
      passes.push({ at: `-- ${words}`, lines: [], times: 1 });
    },
    from: () => void passes.splice(0),
    text: () =>
      named(
        passes
          .map(({ at, lines: all, times }) => [times === 1 ? at : `${at} and the ${times - 1} after it`, ...all])
          .map((paragraph) => paragraph.join('\n  '))
          .join('\n'),
      ),
  };
}

function narrated(deps: ExecutorDeps, stage: Stage, say: (line: string) => void): ExecutorDeps {
  const { reader, records, workloads, journal, observer } = deps;
  const answered = <T>(
    line: string,
    answer: ClusterResult<T>,
    of: (value: T) => string = () => '',
  ): ClusterResult<T> => {
    say(`${line}${answer.ok ? of(answer.value) : `: ${answer.error.code}, ${answer.error.message}`}`);
    return answer;
  };
  const standing = (kind: Kind, { metadata }: KubeObject): KubeObject | undefined =>
    stage.world.get(kind, metadata.namespace ?? '', metadata.name);
  const where = (kind: Kind, { metadata: { namespace, name } }: KubeObject): string =>
    `${kind.kind} ${namespace ?? ''}/${name}`;
  const logged =
    (level: string) =>
    (fields: object, message: string): void =>
      say(`log ${level}: ${message} ${short(fields)}`);
  return {
    ...deps,
    observer: {
      views: () => observer.views(),
      history: (...of) => observer.history(...of),
      decisions: () => observer.decisions(),
      approvals: () => observer.approvals(),
      hearsApprovals: () => observer.hearsApprovals(),
      fresh: async (namespace, name) => answered(`observe ${namespace}/${name}`, await observer.fresh(namespace, name)),
    },
    reader: {
      ...reader,
      get: async (kind, namespace, name) =>
        answered(`get ${kind.kind} ${namespace ?? ''}/${name}`, await reader.get(kind, namespace, name), (found) =>
          found === undefined ? ': none' : '',
        ),
      list: async (kind, namespace, selector) =>
        answered(
          `list ${kind.kind} ${namespace ?? ''} ${selector ?? ''}`.trimEnd(),
          await reader.list(kind, namespace, selector),
          ({ items }) => `: ${items.length}`,
        ),
    },
    records: {
      create: async (kind, object) => {
        say(`create ${where(kind, object)} ${short(meant(object))}`);
        return answered('  created', await records.create(kind, object));
      },
      replace: async (kind, object) => {
        say(`replace ${where(kind, object)} ${changes(meant(standing(kind, object)), meant(object))}`);
        return answered('  replaced', await records.replace(kind, object));
      },
      replaceStatus: async (kind, object) => {
        say(`status of ${where(kind, object)} ${changes(standing(kind, object)?.status, object.status)}`);
        return answered('  replaced', await records.replaceStatus(kind, object));
      },
      delete: async (kind, namespace, name) =>
        answered(`delete ${kind.kind} ${namespace}/${name}`, await records.delete(kind, namespace, name)),
    },
    workloads: {
      apply: async (permit, last, how) => {
        const { blueprint: _blueprint, ...terms } = permit.terms as unknown as Record<string, unknown>;
        say(`${how.dryRun ? 'try' : 'write'} ${short(terms)} last ${short(last)}`);
        return answered('  taken', await workloads.apply(permit, last, how));
      },
    },
    journal: {
      head: () => journal.head(),
      close: () => journal.close(),
      append: async (entry) => {
        const done = await journal.append(entry);
        say(`journal ${entry.kind} ${entry.subject} ${short(entry.data)}${done.ok ? '' : `: ${done.error.code}`}`);
        return done;
      },
    },
    log: { info: logged('info'), warn: logged('warn'), error: logged('error') },
    alerts: [{ raise: (notice) => say(`alert ${short(notice)}`) }, ...(deps.alerts ?? [])],
  };
}

/** What the executor meant by an object: without what the API server puts there. */
function meant(object: KubeObject | undefined): object | undefined {
  if (object === undefined) return undefined;
  const { apiVersion: _apiVersion, kind: _kind, status: _status, metadata, ...rest } = object;
  const { labels, annotations, ownerReferences } = metadata as unknown as Record<string, unknown>;
  const kept = { labels, annotations, ownerReferences, ...rest };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

/** `path: value` of each leaf that differs; a leaf that is gone is shown as gone. */
function changes(before: unknown, after: unknown): string {
  const [was, is] = [leaves(before), leaves(after)];
  const all = [...new Set([...is.keys(), ...was.keys()])];
  const differing = all.filter((key) => was.get(key) !== is.get(key));
  return differing.length === 0
    ? '(as it was)'
    : differing.map((key) => `\n    ${key}: ${is.get(key) ?? 'gone'}`).join('');
}

function leaves(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0 && !SHOWN_WHOLE.test(path)) {
    for (const [key, inner] of Object.entries(value)) leaves(inner, path === '' ? key : `${path}.${key}`, into);
  } else if (value !== undefined) into.set(path, short(value));
  return into;
}

const SHOWN_WHOLE = /(?:^|\.)(?:changes|history|operations|checks|findings)\.\d+$/;
const MOST = 700;

/** Of what is too long to read the beginning: the input of a verdict has its own tests. */
function short(value: unknown): string {
  const parts = Object.entries((typeof value === 'object' && !Array.isArray(value) ? value : undefined) ?? {});
  if (parts.length === 0) return clipped(JSON.stringify(value) ?? 'undefined');
  return `{${parts.map(([key, part]) => `${key}: ${clipped(JSON.stringify(part) ?? 'undefined')}`).join(', ')}}`;
}

const clipped = (text: string): string => (text.length > MOST ? `${text.slice(0, 80)}…` : text);

/** Hashes, signatures and uids by the order in which they appear: which one it is counts, not what it looks like. */
function named(text: string): string {
  const seen = new Map<string, string>();
  return text.replaceAll(
    /\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{40,64})\b|[\w+/-]{80,}={0,2}/g,
    (found) => {
      const name = seen.get(found) ?? `#${seen.size + 1}`;
      seen.set(found, name);
      return name;
    },
  );
}

/** Times as the course counts them; the present one as `now`, so that passes that are the same are told once. */
function relative(line: string, begun: number, now: number): string {
  return line
    .replaceAll(/"(20\d\d-\d\d-\d\dT[\d:]+\.\d{3})(?:000)?Z"/g, (_, stamp: string) => String(Date.parse(`${stamp}Z`)))
    .replaceAll(/\b1\d{12}\b/g, (found) => {
      const at = Number(found);
      return at === now ? 'now' : at % 1_000 === begun % 1_000 ? `@${clockFace(at - begun)}` : `@${at - begun} ms`;
    });
}

function clockFace(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  return `${ms < 0 ? '-' : ''}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
