import type { ServerResponse } from 'node:http';
import type { WatchEvent } from '../../ports/cluster.ts';
import type { KubeObject } from '../../schema/kube.ts';
import type { Context } from './context.ts';
import { served } from './coreEvents.ts';
import { table } from './reads.ts';
import { badRequest, Refused, statusOf } from './refused.ts';
import { type Selector, selectorOf, selectsAll } from './selectors.ts';
import { wantsTable } from './table.ts';

const BOOKMARK_MS = 30_000;
const LONGEST_S = 3_600;
/** More than this unsent: the client does not read. It is cut off and will list again. */
const MOST_UNSENT = 16 * 1024 * 1024;

/** Writes a watch as lines of JSON until the client goes, its time is up, or the stream is cut. Refusals before the first line are thrown. */
export async function streamWatch(context: Context, response: ServerResponse): Promise<void> {
  const { query, resource, world, watches, namespace } = context;
  if (query.get('sendInitialEvents') === 'true') {
    // Clients then list and watch in two steps.
    throw new Refused(
      422,
      'Invalid',
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
      {
        group: 'meta.k8s.io',
        kind: 'ListOptions',
        causes: [{ reason: 'FieldValueForbidden', message: 'Forbidden: not served', field: 'sendInitialEvents' }],
      },
    );
  }
  const from = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(from)) throw badRequest(`Invalid value: "${from}": resourceVersion is not a number`);
  const fresh = from === '' || from === '0';
  const version = fresh ? String(world.objects.version) : from;
  const selection = new Selection(selectorOf(resource, query), selectsAll(query));
  const full = new AbortController();
  const write = (type: string, object: object): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
    if (response.writableLength > MOST_UNSENT) full.abort();
  };
  const asTable = wantsTable(context.accept);
  const shown = (object: KubeObject): object =>
    asTable ? table(context, [object], object.metadata.resourceVersion ?? '') : object;

  response.writeHead(200, {
    'content-type': asTable ? 'application/json;as=Table;v=v1;g=meta.k8s.io' : 'application/json',
  });
  response.flushHeaders();
  for (const object of world.objects.list(resource.stored, namespace)) {
    const one = served(resource, object);
    const type = Number(object.metadata.resourceVersion) <= Number(version) ? selection.present(one) : undefined;
    if (fresh && type !== undefined) write(type, shown(one));
  }
  const ended = AbortSignal.any([context.signal, timeout(context), full.signal]);
  bookmarks(context, ended, (object) => write('BOOKMARK', shown(object)));
  for await (const event of watches.watch(resource.stored, namespace, version, ended)) {
    if (event.type === 'ended') {
      if (event.gone) write('ERROR', statusOf(new Refused(410, 'Expired', event.message)));
      else response.destroy();
      break;
    }
    const one = served(resource, event.object);
    const type = selection.next(event, one);
    if (type !== undefined) write(type, shown(one));
  }
  response.end();
}

/** Which objects a client knows of, so that one whose labels leave the selection is deleted for it. */
class Selection {
  readonly #selects: Selector;
  readonly #all: boolean;
  /** By uid; what is not here was changed between the client's list and its watch, so that nobody knows. */
  readonly #known = new Map<string, boolean>();

  constructor(selects: Selector, all: boolean) {
    this.#selects = selects;
    this.#all = all;
  }

  present(object: KubeObject): 'ADDED' | undefined {
    const selected = this.#all || this.#selects(object);
    if (!this.#all) this.#known.set(object.metadata.uid ?? '', selected);
    return selected ? 'ADDED' : undefined;
  }

  next({ type }: WatchEvent, object: KubeObject): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
    if (this.#all) return TYPES[type];
    const uid = object.metadata.uid ?? '';
    const before = type === 'added' ? false : this.#known.get(uid);
    const now = type !== 'deleted' && this.#selects(object);
    if (type === 'deleted') this.#known.delete(uid);
    else this.#known.set(uid, now);
    if (now) return before === false ? 'ADDED' : 'MODIFIED';
    return before === false ? undefined : 'DELETED';
  }
}

const TYPES = { added: 'ADDED', modified: 'MODIFIED', deleted: 'DELETED', ended: undefined } as const;

/** `timeoutSeconds`, by the world's clock. */
function timeout({ query, world, signal }: Context): AbortSignal {
  const seconds = Number(query.get('timeoutSeconds') || LONGEST_S);
  const up = new AbortController();
  const ms = Math.min(Number.isFinite(seconds) && seconds > 0 ? seconds : LONGEST_S, LONGEST_S) * 1000;
  void world.clock.sleep(ms, signal).then(() => up.abort());
  return up.signal;
}

function bookmarks({ query, world, resource }: Context, ended: AbortSignal, send: (object: KubeObject) => void): void {
  if (query.get('allowWatchBookmarks') !== 'true') return;
  const { kind, apiVersion } = resource.kind;
  const later = async (): Promise<void> => {
    for (;;) {
      await world.clock.sleep(BOOKMARK_MS, ended);
      if (ended.aborted) return;
      send({ kind, apiVersion, metadata: { name: '', resourceVersion: String(world.objects.version) } });
    }
  };
  void later();
}
