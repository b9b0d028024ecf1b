import { Executor } from '../../src/executor/executor.ts';
import type { AppDeps } from '../../src/faces/http/deps.ts';
import { gatewayViews } from '../../src/faces/http/gatewayViews.ts';
import { placeOf } from '../../src/faces/http/place.ts';
import type { GatewayDeps } from '../../src/gateway/deps.ts';
import { Turns } from '../../src/gateway/turns.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { RequestAnswer } from '../../src/schema/api/requests.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { openStage, type StageOptions } from './executorStage.ts';
import { type Call, openGateway } from './gatewayStage.ts';

/** Eight pods are needed where six are the limit. */
export const NEEDS_EIGHT = { replicas: 6, load: { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 } };

/** One service, an executor that trusts the gateway, and the gateway's HTTP face with its people. */
export async function openRequests(
  options: StageOptions = {},
  at: {
    readonly turns?: (clock: Clock) => Turns;
    readonly port?: number;
    readonly mcp?: AppDeps['mcp'];
    readonly ownNamespace?: string;
  } = {},
) {
  const stage = await openStage(options);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  const { observer: _o, workloads: _w, alerts: _a, trust: _t, ...shared } = stage.deps;
  const journal = new MemoryJournal(stage.clock, 'gateway-test');
  const gateway: GatewayDeps = {
    ...shared,
    ...PEOPLE,
    observer: stage.observer,
    journal,
    turns: at.turns?.(stage.clock) ?? new Turns(stage.clock),
    ...(at.ownNamespace !== undefined && { ownNamespace: at.ownNamespace }),
  };
  const place = placeOf({ host: '127.0.0.1', tls: false, behindProxy: false }, at.port ?? 8443);
  if (!place.ok) throw new Error(place.error);
  const http = openGateway({
    gateway,
    views: gatewayViews(gateway),
    place: place.value,
    ...(at.mcp && { mcp: at.mcp }),
  });
  http.person('ann', 'operator', ['devops-team']);
  http.person('ben', 'operator', ['devops-team']);
  http.person('vera', 'viewer', ['devops-team']);
  const [host = ''] = place.value.hosts;
  const page = { host, origin: place.value.url };
  const sessions = new Map<string, string>();
  const as = (name: string): Call => {
    const cookie = sessions.get(name) ?? http.session(name);
    sessions.set(name, cookie);
    return { cookie, ...page };
  };
  return {
    stage,
    executor,
    gateway,
    http,
    journal,
    as,
    post: (path: string, body: unknown, how: Call = as('ann')): Promise<Response> =>
      http.call('POST', path, { ...how, body }),
    /** Asks as a page does. */
    async asks(tool: string, args: object, who = 'ann', reason = 'the sale begins'): Promise<RequestAnswer> {
      const answer = await http.call('POST', '/api/requests', { ...as(who), body: { tool, arguments: args, reason } });
      await stage.world.advance(1);
      if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
      return (await answer.json()) as RequestAnswer;
    },
    made: (): readonly KubeObject[] => stage.world.objects.list(KINDS.Decision, 'shop'),
    run: (ms: number): Promise<void> => stage.run(ms, executor),
  };
}

export type Requests = Awaited<ReturnType<typeof openRequests>>;

export const scaleTo = (replicas: number): { readonly service: string; readonly replicas: number } => ({
  service: 'shop/web',
  replicas,
});
