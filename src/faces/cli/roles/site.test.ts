import { expect, it } from 'vitest';
import { openStage } from '../../../../test/stages/executorStage.ts';
import { Executor } from '../../../executor/executor.ts';
import { Leases } from './leases.ts';
import { MeteredOps } from './ops.ts';
import { runSite, type Site } from './site.ts';

const GATEWAY = {
  looked: () => undefined,
  look: async () => ({}),
  queue: async () => ({ state: 'off' as const, text: '', counts: {}, dead: [] }),
  onNudge: () => undefined,
  close: async () => undefined,
};

it.each([
  { roles: ['controller'], loops: ['lease', 'observe'] },
  { roles: ['executor'], loops: ['executor', 'lease', 'observe'] },
  { roles: ['gateway'], loops: ['gateway', 'lease', 'observe'] },
  { roles: ['controller', 'executor', 'gateway'], loops: ['executor', 'gateway', 'lease', 'observe'] },
])('a process of $roles counts the loops that turn in it, and no other', async ({ roles, loops }) => {
  const { deps, observer, clock } = await openStage();
  const ops = new MeteredOps({ roles, dataDir: '/', unasked: false });
  const stop = new AbortController();
  const turned = new Set<string>();
  const site: Site = {
    intervalMs: 15_000,
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    observer,
    controller: undefined,
    executor: roles.includes('executor') ? new Executor(deps) : undefined,
    leases: new Leases(new Map(), { err: () => undefined }),
    folder: undefined,
    gateway: roles.includes('gateway') ? GATEWAY : undefined,
    ops: {
      look: (name, look) =>
        ops.look(name, async () => {
          turned.add(name);
          if (turned.size === loops.length) stop.abort();
          return look();
        }),
    },
  };
  const io = { out: () => undefined, err: () => undefined, signal: stop.signal, interactive: false };
  expect(await runSite(io, site)).toBe(0);
  const text = await (await ops.answer(new Request('http://ops/metrics'))).text();
  const aged = [...text.matchAll(/^fairlead_pass_age_seconds\{controller="(\w+)"\}/gm)].map(([, name]) => name);
  expect(aged.toSorted()).toEqual(loops);
  expect([...turned].toSorted()).toEqual(loops);
});
