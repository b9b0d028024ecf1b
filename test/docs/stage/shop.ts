import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { fileStore } from '../../../src/adapters/people/fileStore.ts';
import { systemClock } from '../../../src/adapters/system/systemClock.ts';
import { Gatekeeper } from '../../../src/gateway/people/gatekeeper.ts';
import { putUser } from '../../../src/gateway/people/users.ts';
import type { PeopleStore } from '../../../src/ports/peopleStore.ts';
import { loadBlueprint } from '../../../src/schema/blueprint/load.ts';
import { toObject } from '../../../src/schema/blueprint/toObject.ts';
import { type KubeObject, MANAGED_LABEL } from '../../../src/schema/kube.ts';
import { runInRealTime } from '../../../src/world/http/realTime.ts';
import { serveWorld } from '../../../src/world/http/worldServer.ts';
import { World } from '../../../src/world/world.ts';
import { EXAMPLE_ID } from '../blocks/said.ts';
import { emptyStage, type Stage, WEB } from './stage.ts';

const run = promisify(execFile);
const NAMESPACE = 'shop';
/** Where pages say that the gateway is. */
const GATEWAY = 'http://127.0.0.1:8484';
const PASSWORD = 'a password of the stage';
const READY_MS = 60_000;
/** Who may log in: ada asks, and omar is in the group that approves. */
const PEOPLE = [
  ['ada', 'admin', []],
  ['omar', 'operator', ['devops-team']],
] as const;

/** CPU of the request that each pod uses, and how slow it answers. */
const SERVICES = [
  { name: 'web', replicas: 2, cpu: 0.6, latencyMs: 90 },
  { name: 'api', replicas: 3, cpu: 0.5, latencyMs: 40 },
] as const;
/** The shop is open for so long when a page begins. */
const AGE_MS = 600_000;
const SCRAPE_MS = 1_000;
const CPU_PER_REQUEST = 5;
const CPU_REQUEST = 500;

/**
 * The shop of the pages: an embedded cluster with shop/web and shop/api, a blueprint for each, `fairlead up` with a pass a
 * second, and ada and omar logged in, each in a home of their own.
 */
export async function openShop(binaries: string): Promise<Stage> {
  const stage = emptyStage(binaries);
  const at = (...names: string[]): string => path.join(stage.dir, ...names);
  const stop = new AbortController();
  const server = await openCluster(at('kubeconfig'), stop.signal);
  const env = { ...stage.env, KUBECONFIG: at('kubeconfig') };
  const data = at('ada', '.local', 'state', 'fairlead');
  const store = fileStore(data, systemClock);
  await enlist(store);
  const product = up(at('bin', 'fairlead'), env, at('ada'));
  const close = async (): Promise<void> => {
    await product.stop();
    stop.abort();
    await server.close();
    await stage.close();
  };
  try {
    const gateway = await product.gateway;
    await Promise.all(
      PEOPLE.map(async ([name]) => {
        const link = await new Gatekeeper(store, systemClock).invite(name);
        const body = JSON.stringify({ token: link.ok ? link.value : '', password: PASSWORD });
        const headers = { 'content-type': 'application/json' };
        const set = await fetch(`${gateway}/api/first-run`, { method: 'POST', headers, body });
        if (!set.ok) throw new Error(`${name} has no password: ${set.status} ${await set.text()}`);
        const file = at(name, 'password');
        writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
        const login = ['login', gateway, '--name', name, '--password-file', file];
        await run(at('bin', 'fairlead'), login, { env: { ...env, HOME: at(name) }, timeout: READY_MS });
      }),
    );
    await untilSeen(gateway, at('ada', '.config', 'fairlead', 'login.json'), product.said);
    const newest = (name: string): string => `"$(newest ${name})"`;
    return {
      ...stage,
      env,
      close,
      written: [
        [new RegExp(`\\b(web|api)-${EXAMPLE_ID}\\b`, 'g'), '"$(newest $1)"'],
        [/\bDECISION\b/g, newest('web')],
        [/\bNAMESPACE\b/g, NAMESPACE],
        [/\b(?:SERVICE|NAME)\b/g, 'web'],
        [new RegExp(GATEWAY.replaceAll('.', '\\.'), 'g'), gateway],
      ],
      shown: (printed) => printed.replaceAll(gateway, GATEWAY),
    };
  } catch (error) {
    await close();
    throw new Error(
      `the shop did not open: ${error instanceof Error ? error.message : String(error)}\n${product.said()}`,
    );
  }
}

async function openCluster(kubeconfig: string, signal: AbortSignal) {
  const node = (name: string) => ({ name, cpu: '8', memory: '32Gi', pods: '110' });
  let behind = AGE_MS;
  const clock = { now: () => systemClock.now() - behind, sleep: systemClock.sleep.bind(systemClock) };
  const world = new World({ clock, seed: 1, nodes: ['node-1', 'node-2', 'node-3'].map(node) });
  for (const name of ['agent-system', NAMESPACE]) {
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
  }
  for (const service of SERVICES) {
    const { name, replicas, cpu, latencyMs } = service;
    world.apply(deployment(name, replicas));
    world.apply(blueprint(name));
    world.setLoad(`${NAMESPACE}/${name}`, {
      rps: (cpu * CPU_REQUEST * replicas) / CPU_PER_REQUEST,
      cpu_m_per_rps: CPU_PER_REQUEST,
      latency_ms_base: latencyMs,
      error_pct_base: 0.1,
      mem_mi_base: 200,
    });
  }
  world.startLoads();
  behind = 0;
  world.settle();
  const server = await serveWorld(world);
  writeFileSync(kubeconfig, server.kubeconfig(), { mode: 0o600 });
  void runInRealTime(world, signal);
  void scrapeOften(world, signal);
  return server;
}

/** So that a change is verified within seconds, and not in the half minute that two scrapes take. */
async function scrapeOften(world: World, signal: AbortSignal): Promise<void> {
  for (; !signal.aborted; await systemClock.sleep(SCRAPE_MS, signal)) {
    world.settle();
    world.scrapes.scrape(systemClock.now());
  }
}

function deployment(name: string, replicas: number): KubeObject {
  const resources = { requests: { cpu: `${CPU_REQUEST}m`, memory: '512Mi' }, limits: { cpu: '1', memory: '1Gi' } };
  const containers = [{ name: 'app', image: `registry.example/${name}:1.0.0`, resources }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels: { app: name, [MANAGED_LABEL]: 'true' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers } },
    },
  };
}

/** That of shop/web, under the service's name. */
function blueprint(name: string): KubeObject {
  const loaded = loadBlueprint(WEB, 'web.yaml');
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join('; '));
  return toObject({ ...loaded.value, name }, NAMESPACE);
}

/** Puts them on file, before the gateway would make a first admin of its own. */
async function enlist(store: PeopleStore): Promise<void> {
  for (const [name, role, groups] of PEOPLE) {
    const put = await putUser(store, systemClock, { name, role, groups: [...groups] });
    if (!put.ok) throw new Error(`${name} cannot be put on file: ${put.error}`);
  }
}

function up(program: string, env: NodeJS.ProcessEnv, cwd: string) {
  const child = spawn(program, ['up', '--interval', '1s', '--port', '0'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const gateway = new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('fairlead up is not ready in time')), READY_MS);
    const hear = (chunk: Buffer): void => {
      printed += chunk.toString();
      const url = /approvals at (http:\/\/[\d.]+:\d+)/.exec(printed)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`fairlead up ended with ${code}`)));
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { gateway, stop, said: () => printed };
}

/** Until the numbers of each service are known, as a page would show them. */
async function untilSeen(gateway: string, login: string, said: () => string): Promise<void> {
  const { token } = JSON.parse(readFileSync(login, 'utf8')) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  for (const end = performance.now() + READY_MS; performance.now() < end; ) {
    const answers = await Promise.all(
      SERVICES.map(({ name }) => fetch(`${gateway}/api/services/${NAMESPACE}/${name}`, { headers })),
    );
    const seen = await Promise.all(answers.map(async (answer) => (answer.ok ? await answer.text() : '')));
    if (seen.every((text) => /"cpu":"[^"\d]*\d/.test(text))) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no numbers of the services\n${said()}`);
}
