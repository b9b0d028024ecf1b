import { err, ok, type Result } from '../../../kernel/result.ts';
import type { GatewayDoor } from '../../mcp/gatewayTransport.ts';
import type { Io } from '../io.ts';
import { gatewayFetch } from '../people/gatewayFetch.ts';
import { gatewayUrl, loginIfAny, placeOfLogin } from '../people/gatewayLogin.ts';
import { wrongUrl } from '../people/gatewaySession.ts';
import { openGoverned } from '../session.ts';
import { type ReadingDesk, readingDesk } from './readingDesk.ts';

export interface DoorFlags {
  readonly gateway?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
}

/** How a chat reaches the services: through a gateway with a login, or for reading alone with the person's own kubeconfig. */
export type Door =
  | { readonly kind: 'gateway'; readonly name: string; readonly door: GatewayDoor; close(): void }
  | ({ readonly kind: 'kubeconfig'; readonly server: string; close(): void } & ReadingDesk);

/**
 * A login that is kept goes first; who names a kubeconfig or a context wants to read with that. Undefined: said on stderr why
 * not. The error is a sentence.
 */
export async function openDoor(io: Io, flags: DoorFlags): Promise<Result<Door, string> | undefined> {
  const byHand = flags.kubeconfig !== undefined || flags.context !== undefined;
  if (byHand && flags.gateway !== undefined) {
    return err('--gateway asks a gateway, --kubeconfig and --context ask a cluster: name one of them');
  }
  const kept = byHand ? ok(undefined) : await loginIfAny();
  if (!kept.ok) return kept;
  if (kept.value !== undefined) {
    const at = placeOfLogin(kept.value);
    if (flags.gateway !== undefined && gatewayUrl(flags.gateway) !== at.url) {
      return err(`the login that is kept is for ${at.url}\n  fix: fairlead login ${flags.gateway}`);
    }
    const { fetch, close } = gatewayFetch(at);
    return ok({ kind: 'gateway', name: kept.value.name, door: { url: at.url, token: kept.value.token, fetch }, close });
  }
  if (flags.gateway !== undefined) {
    const url = gatewayUrl(flags.gateway);
    return err(url === undefined ? wrongUrl(flags.gateway) : `not logged in at ${url}\n  fix: fairlead login ${url}`);
  }
  const session = await openGoverned(io, flags);
  if (session === undefined) return undefined;
  const stop = new AbortController();
  const close = (): void => {
    stop.abort();
    session.cluster.close();
  };
  const reading = await readingDesk(session, flags.namespace, AbortSignal.any([io.signal, stop.signal]));
  return ok({ kind: 'kubeconfig', server: session.cluster.server, close, ...reading });
}
