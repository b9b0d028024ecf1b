import { systemClock } from '../../src/adapters/system/systemClock.ts';
import type { AppDeps } from '../../src/faces/http/deps.ts';
import { gatewayApp } from '../../src/faces/http/gatewayApp.ts';
import { McpSessions } from '../../src/faces/http/mcpSessions.ts';
import { type Place, placeOf } from '../../src/faces/http/place.ts';
import { type Listening, listen } from '../../src/faces/http/server.ts';
import { Gatekeeper } from '../../src/gateway/people/gatekeeper.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type GatewayStage, openGateway } from '../stages/gatewayStage.ts';

type Opens = ConstructorParameters<typeof McpSessions>[0]['open'];

export interface Serving {
  readonly stage: GatewayStage;
  readonly sessions: McpSessions;
  readonly url: string;
  readonly mcp: string;
  close(): Promise<void>;
}

/**
 * A whole gateway on a real port, in real time, whose /mcp opens these servers. `letIn` puts a token on requests that come with
 * none: for clients that cannot be given one. All else meets what every request meets.
 */
export async function serving(
  open: (place: Place) => ReturnType<Opens>,
  { over = {}, letIn }: { readonly over?: Partial<AppDeps>; readonly letIn?: (stage: GatewayStage) => string } = {},
): Promise<Serving> {
  const stage = openGateway(over);
  const token = letIn?.(stage);
  const { log } = stage.deps.people;
  // Times on record are the stage's; whoever waits for a look at the store waits in real time.
  const began = systemClock.now();
  const running: Clock = {
    now: () => stage.clock.now() + systemClock.now() - began,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
  };
  const keeper = new Gatekeeper(stage.store, running);
  let sessions: McpSessions | undefined;
  let place: Place | undefined;
  const server = await listen({ host: '127.0.0.1', port: 0, clock: systemClock }, (port) => {
    const at = placeOf({ host: '127.0.0.1', tls: false, behindProxy: false }, port);
    if (!at.ok) throw new Error(at.error);
    place = at.value;
    sessions = new McpSessions({ open: () => open(at.value), keeper, clock: systemClock, log });
    const { fetch } = gatewayApp({
      ...stage.deps,
      people: { ...stage.deps.people, keeper },
      clock: systemClock,
      place: at.value,
      mcp: sessions,
    });
    return (request, env) => {
      if (token !== undefined && !request.headers.has('authorization')) {
        request.headers.set('authorization', `Bearer ${token}`);
      }
      return fetch(request, env);
    };
  });
  if (!server.ok) throw new Error(server.error);
  if (sessions === undefined || place === undefined) throw new Error('nothing listens');
  return { stage, sessions, url: place.url, mcp: `${place.url}/mcp`, close: () => end(sessions, server.value) };
}

async function end(sessions: McpSessions | undefined, server: Listening): Promise<void> {
  await sessions?.close();
  await server.close();
}
