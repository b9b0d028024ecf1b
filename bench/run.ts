import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { RulesPlanner } from '../src/agents/rulesPlanner.ts';
import { decide } from '../src/policy/decide.ts';
import { KINDS } from '../src/schema/kube.ts';
import { deploymentObject } from '../src/testing/contractObjects.ts';
import { calmInput } from '../src/testing/gateInput.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { VirtualRun } from '../src/virtualRun.ts';
import { autoscalers } from './autoscalers.ts';
import { realBackend, worldBackend } from './backends.ts';
import { calmFleet } from './calmFleet.ts';
import { timeToContent } from './gatewayPages.ts';
import { LARGE, openGatewayViews, SMALL } from './gatewayViews.ts';
import { openMcpWays } from './mcp.ts';
import { refill } from './notices.ts';
import { pipeline } from './pipeline.ts';

/**
 * `npm run bench [part...]`: what things cost, each as a ratio to something measured in the same run, so that the machine cancels
 * out. Nothing is asserted here; numbers are for reading.
 */

/** Median milliseconds of `rounds` runs. */
async function median(rounds: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

function report(what: string, value: number, against: string, base: number): void {
  const unit = (ms: number): string => (ms < 1 ? `${(ms * 1000).toFixed(1)} us` : `${ms.toFixed(1)} ms`);
  console.log(
    `${what.padEnd(46)} ${unit(value).padStart(10)}   ${(value / base).toFixed(2)} x ${against} (${unit(base)})`,
  );
}

async function gate(): Promise<void> {
  const input = calmInput();
  const many = (work: () => unknown) => () => {
    for (let i = 0; i < 1000; i += 1) work();
  };
  const copy =
    (await median(
      21,
      many(() => JSON.parse(JSON.stringify(input))),
    )) / 1000;
  const judge =
    (await median(
      21,
      many(() => decide(input)),
    )) / 1000;
  report('one verdict, every rule', judge, 'copying its input as JSON', copy);
}

const SPEC = {
  version: '1.0.0',
  scaling: { min_replicas: 2, max_replicas: 6, target_cpu_utilization: '70%' },
  governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
};

async function shopOf(services: number): Promise<VirtualRun> {
  const run = await VirtualRun.open({
    proposer: new RulesPlanner(),
    journal: (_role, clock) => new MemoryJournal(clock),
  });
  for (let i = 0; i < services; i += 1) {
    run.world.apply(deploymentObject('shop', `web-${i}`, { replicas: 2 }));
    run.world.apply({
      apiVersion: KINDS.Blueprint.apiVersion,
      kind: 'Blueprint',
      metadata: { name: `web-${i}`, namespace: 'shop' },
      spec: SPEC,
    });
    run.world.setLoad(`shop/web-${i}`, { rps: 100, cpu_m_per_rps: 1.1, latency_ms_base: 50 });
  }
  for (let tick = 0; tick < 4; tick += 1) await run.tick();
  return run;
}

/** A fleet of which nobody wants anything: what it costs to keep watch over it. */
async function passes(): Promise<void> {
  const thousand = await calmFleet(1_000);
  const tenThousand = await calmFleet(10_000);
  report('CPU of a calm pass, per service of 10,000', tenThousand.cpuMs / 10_000, 'of 1,000', thousand.cpuMs / 1_000);
  report('time of a calm pass over 10,000', tenThousand.ms, 'over 1,000', thousand.ms);
  const line = (what: string, many: string, few: string): void =>
    console.log(`${what.padEnd(46)} ${many.padStart(10)}   for 10,000 services, ${few} for 1,000`);
  line('memory kept, per service', kB(tenThousand.heap / 10_000), kB(thousand.heap / 1_000));
  line('calls to the cluster in a calm pass', String(tenThousand.calls), String(thousand.calls));
  line('model calls in a calm pass', String(tenThousand.modelCalls), String(thousand.modelCalls));
}

const kB = (bytes: number): string => `${(bytes / 1024).toFixed(1)} kB`;
const mB = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MB`;

/** Blueprints against what people have: as many HorizontalPodAutoscalers on the same API server. */
async function autoscaled(): Promise<void> {
  if (!process.env['KUBEBUILDER_ASSETS']) {
    console.log('1,000 Blueprints against 1,000 HPAs: not measured, KUBEBUILDER_ASSETS names no API server');
    return;
  }
  const services = 1_000;
  const { hpas, blueprints } = await autoscalers(services);
  console.log(`a pass over ${services} calm services, kube-apiserver:`);
  report('CPU of 1,000 Blueprints', blueprints.cpuMs, '1,000 HPAs', hpas.cpuMs);
  const line = (what: string, ours: string, theirs: string): void =>
    console.log(`${what.padEnd(46)} ${ours.padStart(10)}   ${theirs} for the HPAs`);
  line('API requests', blueprints.requests.toFixed(0), hpas.requests.toFixed(0));
  line('memory of the processes', mB(blueprints.memory), mB(hpas.memory));
  line('  of it for the 1,000', mB(blueprints.memory - blueprints.memoryBefore), mB(hpas.memory - hpas.memoryBefore));
  line('passes seen', blueprints.passes.toFixed(1), hpas.passes.toFixed(1));
}

/** Virtual seconds that the whole product plays per real second, services calm. */
async function virtualSpeed(services: number): Promise<number> {
  const run = await shopOf(services);
  const started = performance.now();
  const from = run.clock.now();
  for (let tick = 0; tick < 8; tick += 1) await run.tick();
  const speed = (run.clock.now() - from) / (performance.now() - started);
  await run.close();
  return speed;
}

async function speeds(): Promise<void> {
  const [few, many] = [await virtualSpeed(10), await virtualSpeed(1000)];
  console.log(
    `${'virtual seconds per real second'.padEnd(46)} ${few.toFixed(0).padStart(10)}   for 10 services, ${many.toFixed(0)} for 1,000 (${((few / many) * 0.01).toFixed(2)} x the cost per service)`,
  );
}

/** The demo as a newcomer waits for it: milliseconds to its first line and to its first verdict. */
async function demo(): Promise<void> {
  const main = path.join(import.meta.dirname, '..', 'dist', 'main.js');
  const started = performance.now();
  const child = spawn(process.execPath, [main, 'demo', '--no-input', '--scenario', '1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  let line: number | undefined;
  let verdict: number | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    line ??= performance.now() - started;
    if (/allowed|forbidden|deferred/.test(text)) verdict ??= performance.now() - started;
  });
  await new Promise((resolve) => child.once('close', resolve));
  report("the demo's first verdict", verdict ?? Number.NaN, 'its first line', line ?? Number.NaN);
}

async function start(): Promise<void> {
  const main = path.join(import.meta.dirname, '..', 'dist', 'main.js');
  const node = await median(7, () => spawnSync(process.execPath, ['-e', '0']));
  const help = await median(7, () => spawnSync(process.execPath, [main, '--help']));
  report('fairlead --help', help, 'node itself', node);
}

/** The way through the product against single calls to the same API; on a real API server too where there is one. */
async function ways(): Promise<void> {
  const backends = [['the embedded cluster', worldBackend] as const];
  const real = process.env['KUBEBUILDER_ASSETS'] ? [['kube-apiserver', realBackend] as const] : [];
  for (const [name, open] of [...backends, ...real]) {
    const { bareRead, bareWrite, writesOfScaleUp, ...ways } = await pipeline(open);
    console.log(`over HTTP, ${name}:`);
    report('a bare write', bareWrite, 'a bare read', bareRead);
    report('forbidden to refusal', ways.forbiddenToRefusal, 'a bare write', bareWrite);
    report('breach seen to patch', ways.breachToPatch, 'a bare write', bareWrite);
    report('failed check seen to undo', ways.failedCheckToUndo, 'a bare write', bareWrite);
    console.log(
      `${'API writes of a verified scale-up'.padEnd(46)} ${String(writesOfScaleUp).padStart(10)}   its dry run, Events and counters included`,
    );
  }
}

/** What a page costs with 10,000 requests on record, 200 of them waiting, against ten and two: at the server, and to see it. */
async function pages(): Promise<void> {
  const [large, small] = [await openGatewayViews(LARGE), await openGatewayViews(SMALL)];
  for (const [what, page] of [
    ['the inbox', 'inbox'],
    ['a page of what was decided', 'decided'],
    ['the card of one request', 'card'],
    ['the list of services', 'services'],
  ] as const) {
    await Promise.all([large[page](), small[page]()]);
    const few = await median(21, small[page]);
    report(`${what}, 10,000 on record`, await median(21, large[page]), 'with ten', few);
  }
  const many = await timeToContent(large.deps);
  const few = await timeToContent(small.deps);
  if (many === undefined || few === undefined) console.log('pages in a browser: not measured, no chromium or no pages');
  else
    for (const [what, ms] of many)
      report(`${what} seen, 10,000 on record`, ms, 'with ten', few.get(what) ?? Number.NaN);
  large.close();
  small.close();
}

/** How long a wiped queue of notices takes to be whole again. */
async function notices(): Promise<void> {
  const measured = await refill();
  if (measured === undefined) {
    console.log('the queue of notices: not measured, there is no redis-server');
    return;
  }
  const { emptyMs, fullMs, callMs } = measured;
  report('an empty queue filled, 200 of 10,000 waiting', emptyMs, 'one call of Redis', callMs);
  report('a full queue looked through', fullMs, 'one call of Redis', callMs);
}

/** What an MCP client waits for: judged, recorded and guarded, against a server that does nothing. */
async function mcp(): Promise<void> {
  const { close, ...ways } = await openMcpWays();
  for (const [name, { ours, hello }] of Object.entries(ways)) {
    report(
      `MCP over ${name}: 12 tools listed`,
      await median(21, ours.list),
      "the SDK's hello world",
      await median(21, hello.list),
    );
    report(
      `MCP over ${name}: one service told`,
      await median(21, ours.call),
      "the SDK's hello world",
      await median(21, hello.call),
    );
  }
  await close();
}

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  gate,
  pages,
  notices,
  mcp,
  passes,
  speeds,
  ways,
  start,
  demo,
  autoscaled,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(
    `bench: there is no ${unknown.join(', ')}; name some of ${Object.keys(PARTS).join(', ')}, or none for all`,
  );
  process.exitCode = 2;
} else {
  for (const [name, part] of Object.entries(PARTS)) if (asked.length === 0 || asked.includes(name)) await part();
}
