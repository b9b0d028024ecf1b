import { digestOf } from '../../approvals/subject.ts';
import { readable } from '../../calls/readable.ts';
import type { ChangeFeed } from '../../gateway/changes.ts';
import type { GatewayDeps, Refused } from '../../gateway/deps.ts';
import { type HoldScope, holdPlace } from '../../gateway/holds.ts';
import { pause } from '../../gateway/pause.ts';
import { propose, whatIf } from '../../gateway/propose.ts';
import { holdsIn } from '../../gateway/views/breakerView.ts';
import { vote } from '../../gateway/vote.ts';
import { err, ok, type Result } from '../../kernel/result.ts';
import { clientWords } from '../../schema/client.ts';
import type { Hold } from '../../schema/counters.ts';
import { KINDS } from '../../schema/kube.ts';
import type { Views } from '../http/views.ts';
import type { Caller, McpDesk, Named } from './desk.ts';

/** The desk of a gateway: its own views, and its own ways for people to ask, to say no and to hold. */
export function gatewayDesk(
  deps: GatewayDeps,
  { views, feed, url }: { readonly views: Views; readonly feed: ChangeFeed; readonly url: () => string },
): McpDesk {
  const { journal, clock, ids, reader, ownNamespace, observer, log } = deps;
  return {
    calls: {
      journal,
      clock,
      ids,
      reader,
      ownNamespace,
      views: () => observer.views(),
      decisions: () => readable(observer.decisions()),
    },
    views,
    log,
    url,
    feed,
    whatIf: ({ who, client }, wish) => whatIf(deps, who, client, wish),
    effects: {
      propose: ({ who, client }, wish) => propose(deps, who, client, wish),
      isAsked: async ({ namespace, name }) => {
        const read = await reader.get(KINDS.ApprovalRequest, namespace, name);
        return read.ok && read.value !== undefined;
      },
      reject: (caller, request, reason) => reject(deps, caller, request, reason),
      pause: (caller, scope, reason) => pauseOnce(deps, caller, scope, reason),
    },
  };
}

/** A no to what stands there now: who may say it, and whether it still counts, is the vote's own business. */
async function reject(
  deps: GatewayDeps,
  { who, client }: Caller,
  request: Named,
  reason: string,
): Promise<Result<void, Refused>> {
  const read = await deps.reader.get(KINDS.ApprovalRequest, request.namespace, request.name);
  if (!read.ok) return err({ code: 'unavailable', message: 'the request cannot be read now' });
  const digest = read.value && digestOf(deps.trust.cluster, read.value);
  if (digest === undefined) return err({ code: 'notFound', message: 'there is no such request' });
  const comment = `${reason} (said through ${clientWords(client)})`.slice(0, 1_000);
  const voted = await vote(deps, who, request, { digest, vote: 'reject', comment });
  return voted.ok ? ok(undefined) : voted;
}

/** A pause of everything in the scope; one that stands already stays as it is, with the name of who set it. */
async function pauseOnce(
  deps: GatewayDeps,
  { who, client }: Caller,
  scope: HoldScope,
  reason: string,
): Promise<Result<{ readonly already?: string }, Refused>> {
  const place = await holdPlace(deps.reader, scope, deps.ownNamespace);
  if (place.ok) {
    const { namespace, name, bound } = place.value;
    const record = await deps.reader.get(KINDS.CircuitBreaker, namespace, name);
    const isSame = (hold: Hold): boolean => hold.kind === 'pause' && hold.what === 'all' && hold.namespace === bound;
    const standing = record.ok ? holdsIn(record.value).find(isSame) : undefined;
    if (standing !== undefined) return ok({ already: standing.by });
  }
  const said = `${reason} (said through ${clientWords(client)})`.slice(0, 500);
  const done = await pause(deps, who, scope, { action: 'pause', what: 'all', reason: said });
  return done.ok ? ok({}) : done;
}
