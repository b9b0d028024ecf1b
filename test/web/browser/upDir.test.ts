import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/system/systemClock.ts';
import { KINDS, type KubeObject } from '../../../src/schema/kube.ts';
import { DecisionStatus } from '../../../src/schema/records.ts';
import { deploymentObject } from '../../../src/testing/contractObjects.ts';
import { runInRealTime } from '../../../src/world/http/realTime.ts';
import { serveWorld, type WorldServer } from '../../../src/world/http/worldServer.ts';
import { World } from '../../../src/world/world.ts';
import { cli } from '../../cli/cli.ts';
import { chromiumPath, NO_CHROMIUM, openBrowser } from './chromium.ts';
import { choosePassword, heading, live, openCard, press } from './productStage.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const TWO_MINUTES = 120_000;

/** As a team has it in its folder, comments and all. */
const BLUEPRINT = `# web, kept by the web team
metadata: { name: web, version: 1.0.0, namespace: shop }
spec:
  scaling:
    min_replicas: 2
    max_replicas: 6 # the budget of this quarter
    target_cpu_utilization: 70%
    scale_up_threshold: 80%
    scale_down_threshold: 40%
  performance: { latency_target_p95: 200ms, error_rate_threshold: 1% }
  approval: { quorum: 2 }
governance:
  agent_authority:
    allowed_operations: [scale_within_limits]
    requires_approval:
      - { operation: scale_beyond_limits, condition: target_replicas > max_replicas, approvers: [devops-team] }
    forbidden_operations: [delete_deployment]
verification:
  stabilization_period: 31s # two samples of the metrics
  checks:
    - { name: latency_p95, type: threshold, target: "< 200ms", critical: true, rollback_trigger: true }
`;

const executable = chromiumPath();
const title = 'fairlead up DIR, killed between two votes (one real process, real time)';

describe.skipIf(executable === undefined)(executable ? title : `${title} (${NO_CHROMIUM})`, () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-up-'));
  const at = (name: string): string => path.join(dir, name);
  const file = at('blueprints/web/blueprint.yaml');
  const world = new World({ clock: systemClock, seed: 1, nodes: [{ name: 'node-1', cpu: '8', memory: '32Gi' }] });
  const stop = new AbortController();
  let running: Promise<void>;
  let server: WorldServer;
  let browser: Browser;
  let child: ChildProcess | undefined;
  let port = 0;
  let output = '';

  beforeAll(async () => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, BLUEPRINT);
    world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agent-system' }, spec: {} });
    world.apply(deploymentObject('shop', 'web', { replicas: 6 }));
    world.setLoad('shop/web', { rps: 100, cpu_m_per_rps: 5.2, latency_ms_base: 50 });
    server = await serveWorld(world);
    running = runInRealTime(world, stop.signal);
    writeFileSync(at('kubeconfig'), server.kubeconfig(), { mode: 0o600 });
    port = await freePort();
    browser = await openBrowser(executable ?? '');
  });
  afterAll(async () => {
    await browser?.close();
    await ended('SIGKILL');
    stop.abort();
    await running;
    await server?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** `fairlead up`; resolves when it serves. */
  function up(): Promise<void> {
    const flags = ['--port', String(port), '--interval', '1s', '--data', at('data'), '--kubeconfig', at('kubeconfig')];
    const argv = ['--import', 'tsx', path.join(ROOT, 'src', 'main.ts'), 'up', at('blueprints'), ...flags];
    const started = spawn(process.execPath, argv, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    return new Promise((resolve, reject) => {
      const keep = (chunk: Buffer): void => {
        output += chunk.toString();
        if (chunk.toString().includes('approvals at ')) resolve();
      };
      started.stdout.on('data', keep);
      started.stderr.on('data', keep);
      started.once('exit', (code) => reject(new Error(`fairlead up ended with ${code}: ${output}`)));
    });
  }
  async function ended(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await gone;
  }
  /** Somebody with a one-time link that an admin made at the prompt. */
  async function person(name: string): Promise<Page> {
    const added = await cli('users', 'add', name, '--group', 'devops-team', '--data', at('data'));
    const token = /token=([\w-]+)/.exec(added.out)?.[1];
    const page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
    await page.goto(`http://127.0.0.1:${port}/#/first-run?token=${token}`);
    await choosePassword(page);
    await live(page);
    return page;
  }
  const requests = (): KubeObject[] => world.objects.list(KINDS.ApprovalRequest, 'shop');
  /** How those ended that wrote something. */
  const written = (): string[] =>
    world.objects
      .list(KINDS.Decision, 'shop')
      .map(({ status }) => DecisionStatus.parse(status))
      .flatMap(({ phase, changes }) => changes.map(() => phase));

  it(
    'keeps the first vote; with the second the file rises, comments kept, the change is made once and verified',
    async () => {
      await up();
      const [ada, bob] = [await person('ada'), await person('bob')];
      await expect.poll(() => requests().length, { timeout: TWO_MINUTES }).toBe(1);
      const name = requests()[0]?.metadata.name ?? '';
      await openCard(ada, name);
      await openCard(bob, name);
      await press(ada, /^Approve and raise/);
      await heading(ada, /Your vote stands/);

      const cut = bob.locator('.live[data-live="lost"]').waitFor();
      await ended('SIGKILL');
      await cut;
      await up();
      await Promise.all([live(ada), live(bob)]);
      await heading(ada, /Your vote stands/);
      await bob.getByText('Agreed already: ada').waitFor();
      expect(world.get(KINDS.Deployment, 'shop', 'web')?.spec).toMatchObject({ replicas: 6 });

      await press(bob, /^Approve and raise/);
      await heading(bob, /Approved by you/);
      await ada.locator('.steps li[data-done]', { hasText: 'Verified' }).waitFor({ timeout: TWO_MINUTES });
      expect(readFileSync(file, 'utf8')).toBe(
        BLUEPRINT.replace('version: 1.0.0', 'version: 1.1.0').replace('max_replicas: 6', 'max_replicas: 8'),
      );
      await expect.poll(written).toEqual(['Succeeded']);
      expect(requests().map(({ votes }) => votes)).toMatchObject([[{ by: 'ada' }, { by: 'bob' }]]);
      expect(world.get(KINDS.Deployment, 'shop', 'web')?.spec).toMatchObject({ replicas: 8 });
      expect(world.get(KINDS.Blueprint, 'shop', 'web')?.spec).toMatchObject({
        version: '1.1.0',
        scaling: { max_replicas: 8 },
      });
      const verified = await cli('audit', 'verify', '--data', at('data'), '--kubeconfig', at('kubeconfig'));
      expect(verified).toMatchObject({ code: 0 });
    },
    3 * TWO_MINUTES,
  );
});

/** One that nobody listens on now: the restarted process must come back at the same address. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
