import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type PrivateRedis, privateRedis } from '../../src/adapters/bullmq/privateRedis.ts';
import { fileStore } from '../../src/adapters/people/fileStore.ts';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { composeNotices, type NoticeProcess } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { readStand, type Served, serveGateway } from '../../src/faces/cli/roles/gateway.ts';
import type { GatewayDeps } from '../../src/gateway/deps.ts';
import { Turns } from '../../src/gateway/turns.ts';
import type { PeopleStore } from '../../src/ports/peopleStore.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { seededIds } from '../../src/testing/seededIds.ts';
import { type Cluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { blueprint, deployment, Fairlead, load } from './fairlead.ts';
import { type InProcess, openExecutor } from './inProcess.ts';
import { ShiftedClock } from './shiftedClock.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Three replicas of each, five at most; `pair` needs two people, `web` one. */
export const SERVICES = ['web', 'pair'] as const;
export type Service = (typeof SERVICES)[number];

export interface ForgeryParts {
  readonly cluster: Cluster;
  /** Of executor and gateway. People's sessions go by the machine's. */
  readonly clock: ShiftedClock;
  readonly inside: InProcess;
  readonly gateway: GatewayDeps;
  readonly store: PeopleStore;
  readonly served: Served;
  readonly notices: NoticeProcess;
  /** Undefined: this machine has none, and timers stand in. */
  readonly redis: PrivateRedis | undefined;
  /** Ends all of it, the last first. */
  readonly ends: readonly (() => unknown)[];
}

/**
 * A real API server that counts every write, the executor over it, and the gateway on a real port with its queue on a real
 * Redis.
 */
export async function openForgeryParts(): Promise<ForgeryParts> {
  const ends: (() => unknown)[] = [];
  const clock = new ShiftedClock();
  const cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
  ends.push(() => cluster.stop());
  await installCrds(cluster);
  for (const name of ['shop', 'agent-system']) await cluster.kubectl(['create', 'namespace', name]);
  const fairlead = new Fairlead(cluster, '');
  for (const name of SERVICES) {
    await cluster.kubectl(['apply', '-f', '-'], { input: deployment('shop', name, 3) });
    await cluster.kubectl(['rollout', 'status', 'deploy', '-n', 'shop', name, '--timeout=30s']);
    const text = blueprint('shop', name);
    fairlead.writeBlueprint(name, name === 'web' ? text : text.replace(/^spec:$/m, 'spec:\n  approval: { quorum: 2 }'));
  }
  const applied = await fairlead.run('apply', '-f', fairlead.blueprints);
  fairlead.remove();
  if (applied.code !== 0) throw new Error(applied.err);
  const calm = load(0.6, 3, 100);
  cluster.setLoad({ services: { 'shop/web': calm, 'shop/pair': calm } });
  const inside = await openExecutor(cluster, clock, 1);
  ends.push(() => inside.close());
  const gateway: GatewayDeps = {
    observer: inside.observer,
    reader: inside.cluster.reader,
    records: inside.cluster.records,
    journal: new MemoryJournal(clock, 'gateway-1'),
    clock,
    ids: seededIds(2),
    log: SILENT,
    ownNamespace: 'agent-system',
    key: PEOPLE.key,
    trust: PEOPLE.trust,
    turns: new Turns(clock),
  };
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-forgery-'));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  const started = await privateRedis();
  const redis = started.ok ? started.value : undefined;
  ends.push(() => redis?.close());
  const config = loadConfig({}, {});
  if (!config.ok) throw new Error(config.error);
  const notices = await composeNotices(config.value, {
    ...gateway,
    sureForMs: 0,
    ...(redis && { socket: redis.socket }),
  });
  ends.push(() => notices.close());
  const store = fileStore(dir, systemClock);
  const stand = await readStand({ port: '0' });
  if (!stand.ok) throw new Error(stand.error);
  const process = { gateway, store, stand: stand.value, clusterName: 'real', queue: notices };
  const served = await serveGateway({ err: () => undefined }, process);
  if (!served.ok) throw new Error(served.error);
  ends.push(() => served.value.close());
  notices.start();
  return { cluster, clock, inside, gateway, store, served: served.value, notices, redis, ends };
}
