import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { ModelBudget } from '../../agents/model/modelBudget.ts';
import { composeModel, type ModelGuard } from '../../compose.ts';
import { type Config, loadConfig } from '../../config.ts';
import { parseInstant } from '../../kernel/parseInstant.ts';
import { type ModelSettings, modelFor } from '../../modelSettings.ts';
import type { ModelTrace } from '../../ports/modelTrace.ts';
import type { DecisionObject } from '../../schema/decisionObject.ts';
import { serveWorld, type WorldServer } from '../../world/http/worldServer.ts';
import { byVerdict } from './demo/byVerdict.ts';
import { type DemoFlags, readFlags, type Settings } from './demo/flags.ts';
import { holdLeases } from './demo/heldLeases.ts';
import { Journals } from './demo/journals.ts';
import { openToPeople, type ShopGateway } from './demo/people.ts';
import { Play } from './demo/play.ts';
import type { Scenario } from './demo/scenario.ts';
import { SCENARIOS } from './demo/scenarios.ts';
import type { Size } from './demo/screen.ts';
import { Stopped, untilStopped } from './demo/stage.ts';
import { binDir, callName, shippedBlueprints } from './installation.ts';
import { EXIT, type Io } from './io.ts';
import { openModelTrace } from './roles/modelTrace.ts';
import { VERSION } from './version.ts';

/** 128 and the number of SIGINT, as shells say it. */
const INTERRUPTED = 130;

/**
 * Plays the scenarios in one shop on an embedded cluster, told from the journal as it is written. 0 only if every one of
 * them ended as specified and the journals prove it.
 */
export async function demo(io: Io, flags: DemoFlags, scenarios = SCENARIOS): Promise<number> {
  const settings = readFlags(flags, io.interactive, scenarios);
  const config = loadConfig(flags.model === undefined ? {} : { modelUrl: flags.model });
  if (!settings.ok) return wrongCall(io, settings.error);
  // The endpoint has a flag of its own here.
  if (!config.ok) return wrongCall(io, config.error.replaceAll('--model-url', '--model'));
  const trace = await openModelTrace(io, flags.traceModel, config.value);
  if (!trace.ok) return wrongCall(io, trace.error);
  const dir = await mkdtemp(path.join(os.tmpdir(), 'fairlead-demo-'));
  try {
    return await playAll(io, settings.value, config.value, dir, trace.value);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    io.err('fairlead: stopped\n');
    return INTERRUPTED;
  } finally {
    await trace.value?.close();
    await rm(dir, { recursive: true, force: true });
  }
}

function wrongCall(io: Io, words: string): number {
  io.err(`fairlead: ${words}\n`);
  return EXIT.usage;
}

async function playAll(
  io: Io,
  settings: Settings,
  config: Config,
  dir: string,
  trace: ModelTrace | undefined,
): Promise<number> {
  const journals = new Journals(dir, config.secrets);
  const play = await Play.open({
    io,
    journals,
    seed: settings.seed,
    speed: settings.speed,
    live: settings.live,
    color: config.color && io.interactive,
    verbose: settings.verbose,
    size: terminalSize,
    model: await composeModel(config, systemClock),
    guard: guardOf(config, trace),
  });
  let server: WorldServer | undefined;
  let people: ShopGateway | undefined;
  let doors = '';
  try {
    play.say(opening(config));
    if (settings.keep) {
      void holdLeases(play.run, io.signal);
      server = await serveWorld(play.run.world);
      await writeFile(kubeconfigIn(dir), server.kubeconfig(), { mode: 0o600 });
      const opened = await openToPeople(play.run.gateway, config, dir, (text) => {
        doors += text;
        play.tell(text);
      });
      if (opened.ok) people = opened.value;
      else play.tell(`no approvals by people: ${opened.error}\n`);
      play.tell(`\n${toTry(dir)}\n`);
    }
    const results: Result[] = [];
    for (const scenario of settings.scenarios) results.push(await playOne(play, scenario, settings.live, io.signal));
    const proof = await journals.prove();
    const passed = proof.ok && results.every(({ faults }) => faults.length === 0);
    // A kept shop goes on without the dashboard: what it prints is to be read, scrolled to, and copied whole.
    play.leaveScreen();
    play.tell('\n');
    for (const line of results.map(resultLine)) settings.live ? play.say(line) : play.tell(`${line}\n`);
    play.say(`${byVerdict(play.run.decisions())} ${proof.words}.`);
    if (!settings.keep) play.tell(`\n${next()}`);
    else {
      play.goAt(settings.keptSpeed);
      const newest = play.run.decisions().toSorted((a, b) => createdAt(b) - createdAt(a))[0];
      play.tell(`\n${doors}\n${toTry(dir, newest)}\n`);
      play.say(
        `The shop stays open, ${settings.keptSpeed} times faster than real time. Ctrl-C closes it, and removes its folder.`,
      );
      play.tell('\n');
      for (;;) {
        await untilStopped(play.run.tick(), io.signal);
        people?.looked();
      }
    }
    return passed ? EXIT.ok : EXIT.failed;
  } finally {
    await play.close();
    await people?.close();
    await server?.close();
    await journals.close();
  }
}

/** Below this nothing can be laid out: the rest is left to the terminal. */
const NARROWEST = 40;

const terminalSize = (): Size => ({
  columns: Math.max(NARROWEST, process.stdout.columns ?? 80),
  rows: process.stdout.rows ?? 24,
});

interface Result {
  readonly scenario: Scenario;
  readonly faults: readonly string[];
}

const resultLine = ({ scenario: { number, name }, faults }: Result): string =>
  `scenario ${number} ${name}: ${faults.length === 0 ? 'passed' : `failed: ${faults.join('; ')}`}`;

async function playOne(play: Play, scenario: Scenario, live: boolean, signal: AbortSignal): Promise<Result> {
  const { number, name, about } = scenario;
  const faults = await scenario.play(play.begin(`scenario ${number}: ${name}`, about));
  // One more look, so that the dashboard shows how it ended.
  await untilStopped(play.run.tick(), signal);
  play.tell(`${play.line(['checked', faults.length === 0 ? 'ended as specified' : faults.join('; ')])}\n`);
  await play.read();
  if (!live) play.tell(`\n${play.services().join('\n')}\n`);
  return { scenario, faults };
}

const settingsOf = (config: Config): ModelSettings | undefined => modelFor(config.models, 'decision-engine');

function guardOf(config: Config, trace: ModelTrace | undefined): ModelGuard {
  const prices = settingsOf(config)?.prices;
  return { budget: new ModelBudget(config.models.budget), ...(prices && { prices }), ...(trace && { trace }) };
}

const opening = (config: Config): string => {
  const model = settingsOf(config);
  return [
    `fairlead ${VERSION}. A small web shop on an embedded cluster, in its own faster time.`,
    'Controller, gate and executor are the real ones; what is told is their journal, as it is written.',
    model === undefined
      ? 'No model is asked: built-in rules propose.'
      : `The model at ${new URL(model.url).host} proposes; time stands still while it thinks.`,
  ].join(' ');
};

const kubeconfigIn = (dir: string): string => path.join(dir, 'kubeconfig');

const createdAt = ({ metadata }: DecisionObject): number => parseInstant(metadata.creationTimestamp ?? '') ?? 0;

/** What works as it stands, from any folder: the shop's own commands, and kubectl for those who have it. */
function toTry(dir: string, newest?: DecisionObject): string {
  const why = newest === undefined ? 'decisions' : `why ${newest.metadata.namespace}/${newest.metadata.name}`;
  return `In another terminal (fairlead status --help says what its columns mean):
  export KUBECONFIG=${kubeconfigIn(dir)}
  export PATH="${binDir}:$PATH"
  fairlead status
  fairlead ${why}
  fairlead what-if scale shop/frontend --replicas 9
  fairlead audit verify --data ${dir} --kubeconfig ${kubeconfigIn(dir)}
and with kubectl, where it is installed:
  kubectl get deploy,decisions,circuitbreakers -n shop
  kubectl scale deploy/backend --replicas=6 -n shop
  kubectl describe deploy/frontend -n shop
`;
}

function next(): string {
  const calls = [
    ['demo --keep', 'take part in it'],
    [`validate -v ${shippedBlueprints()}`, 'the limits that were kept'],
    ['init -f DEPLOYMENT.yaml', 'a first blueprint from a manifest'],
  ].map(([call, why]) => [`${callName()} ${call}`, why ?? ''] as const);
  const width = Math.max(...calls.map(([call]) => call.length));
  return `Next:\n${calls.map(([call, why]) => `  ${call.padEnd(width)}   ${why}\n`).join('')}`;
}
