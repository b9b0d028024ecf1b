import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { systemClock } from '../../../adapters/system/systemClock.ts';
import { composeModel } from '../../../compose.ts';
import { type Config, loadConfig } from '../../../config.ts';
import { redactDeep } from '../../../kernel/redact.ts';
import { KINDS } from '../../../schema/kube.ts';
import type { AskingFlags } from '../flags.ts';
import { EXIT, type Io, print } from '../io.ts';
import { modelLines, readModels, wellModels } from '../modelStates.ts';
import { openSession, type Session } from '../session.ts';
import { gatewayFinding } from './doctorGateway.ts';
import { labelFindings } from './doctorLabels.ts';
import { besidePrometheus, numbersFinding, numbersTable, prometheusFinding } from './doctorNumbers.ts';
import { roleFindings } from './doctorRoles.ts';
import type { Finding } from './finding.ts';

/** Some hours of journal, in bytes. */
const LEAST_ROOM = 64 * 1024 * 1024;

const MODEL_TIMEOUT_MS = 120_000;

/**
 * Looks at each dependency as it is used: fine, off on purpose, worth a look, or wrong and the fix. Exit 1 when one is wrong. With
 * `--model` the model alone is looked at, more closely.
 */
export async function doctor(
  io: Io,
  {
    model,
    within,
    ...flags
  }: AskingFlags & { data?: string; modelUrl?: string; model?: string | true; within: string },
): Promise<number> {
  if (model !== undefined) return (await import('./doctorModel.ts')).doctorModel(io, { ...flags, model, within });
  const config = loadConfig(flags);
  if (!config.ok) {
    io.err(`fairlead: ${config.error}\n`);
    return EXIT.usage;
  }
  const looked: Finding[] = [node(), await dataFolder(config.value)];
  const session = await openSession({ ...io, err: (text) => looked.push(unreachable(text)) }, flags);
  const prometheus = await prometheusFinding(config.value, systemClock.now);
  if (session) looked.push(...besidePrometheus(await clusterFindings(session, flags.namespace), prometheus));
  looked.push(prometheus);
  const numbers = session && (await numbersFinding(session, flags.namespace, config.value, io.signal));
  if (numbers) looked.push(numbers);
  looked.push(await modelFinding(config.value));
  if (session) looked.push(...(await controllerModels(session, flags.namespace)));
  looked.push(await gatewayFinding());
  // An endpoint may answer with the key that it refuses.
  const findings = redactDeep(looked, config.value.secrets) as Finding[];
  print(io, flags.output, findings, () =>
    [
      ...findings.map(
        ({ what, state, detail, fix }) =>
          `${state.padEnd(5)}  ${what.padEnd(16)} ${detail}\n${fix ? `       ${' '.repeat(16)} fix: ${fix}\n` : ''}`,
      ),
      numbersTable(findings.flatMap((finding) => finding.numbers ?? [])),
    ].join(''),
  );
  return findings.some(({ state }) => state === 'wrong') ? EXIT.failed : EXIT.ok;
}

const unreachable = (text: string): Finding => ({
  what: 'kubeconfig',
  state: 'wrong',
  detail:
    text
      .replace(/^fairlead: /, '')
      .split('\n  fix: ')[0]
      ?.trim() ?? '',
  fix: 'set KUBECONFIG or --kubeconfig to a cluster; without one, npm run demo still works',
});

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  return fits
    ? { what: 'node', state: 'fine', detail: process.versions.node }
    : { what: 'node', state: 'wrong', detail: process.versions.node, fix: 'install Node.js 20.19 or newer' };
}

async function dataFolder({ dataDir }: Config): Promise<Finding> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK);
    const { bavail, bsize } = await statfs(dataDir);
    if (bavail * bsize < LEAST_ROOM) {
      return {
        what: 'data folder',
        state: 'wrong',
        detail: `${dataDir}: ${Math.floor((bavail * bsize) / 1024)} KiB free; when a journal cannot be written, nothing is changed`,
        fix: 'make room, or --data names a folder on another disk',
      };
    }
    return { what: 'data folder', state: 'fine', detail: dataDir };
  } catch (error) {
    return {
      what: 'data folder',
      state: 'wrong',
      detail: `${dataDir} cannot be made or written: ${error instanceof Error ? error.message : String(error)}`,
      fix: '--data names a folder that can be written',
    };
  }
}

async function clusterFindings({ cluster, clock }: Session, ownNamespace: string): Promise<Finding[]> {
  const version = await cluster.reader.raw('/version');
  if (!version.ok) {
    return [
      {
        what: 'cluster',
        state: 'wrong',
        detail: `${cluster.server}: ${version.error.message}`,
        fix: 'check the address, the credentials and the network: kubectl version',
      },
    ];
  }
  const git = (version.value as { gitVersion?: string } | undefined)?.gitVersion ?? 'unknown version';
  return [
    { what: 'cluster', state: 'fine', detail: `${cluster.server}, ${git}` },
    ...(await roleFindings(cluster.reader, ownNamespace, clock.now())),
    await resources(cluster),
    await metricsApi(cluster, 'metrics.k8s.io', ['v1beta1'], 'CPU', 'install metrics-server'),
    await metricsApi(
      cluster,
      'custom.metrics.k8s.io',
      ['v1beta2', 'v1beta1'],
      'latency and errors',
      'install a custom metrics adapter, such as prometheus-adapter; without one only CPU is watched',
    ),
    ...(await labelFindings(cluster.reader)),
  ];
}

async function resources({ reader }: Session['cluster']): Promise<Finding> {
  const missing: string[] = [];
  // Discovery, which every login may read; the definitions themselves only administrators.
  const served = await reader.raw(`/apis/${KINDS.Blueprint.apiVersion}`);
  if (!served.ok) {
    return {
      what: 'our resources',
      state: 'wrong',
      detail: served.error.message,
      fix: 'a right to read API discovery',
    };
  }
  const { resources = [] } = (served.value ?? {}) as { resources?: { name: string }[] };
  for (const { plural } of [
    KINDS.Blueprint,
    KINDS.ClusterBlueprint,
    KINDS.Decision,
    KINDS.ApprovalRequest,
    KINDS.CircuitBreaker,
  ]) {
    if (!resources.some(({ name }) => name === plural)) missing.push(plural);
  }
  return missing.length === 0
    ? { what: 'our resources', state: 'fine', detail: 'all five kinds are served' }
    : {
        what: 'our resources',
        state: 'wrong',
        detail: `not served: ${missing.join(', ')}`,
        fix: 'fairlead install --crds | kubectl apply -f -',
      };
}

async function metricsApi(
  { reader }: Session['cluster'],
  group: string,
  versions: readonly string[],
  gives: string,
  fix: string,
): Promise<Finding> {
  for (const version of versions) {
    const served = await reader.raw(`/apis/${group}/${version}`);
    if (served.ok && served.value !== undefined) return { what: group, state: 'fine', detail: `${version}: ${gives}` };
    if (!served.ok && served.error.code !== 'notFound')
      return {
        what: group,
        state: 'wrong',
        detail: served.error.message,
        fix: `kubectl get apiservice ${version}.${group}`,
      };
  }
  return { what: group, state: 'wrong', detail: `not served: no ${gives}`, fix };
}

/** What the running controller says of its own endpoints; nothing where it has none, or says nothing. */
async function controllerModels({ cluster, clock }: Session, ownNamespace: string): Promise<Finding[]> {
  const now = clock.now();
  const seen = await readModels(cluster.reader, ownNamespace, now);
  const detail = (words: string): string => `of the controller: ${words}`;
  const ill = modelLines(seen, now).trim().replaceAll('\n', '; ');
  const well = wellModels(seen, now).join('; ');
  const fix = 'fairlead breakers shows them; docs/MODELS.md';
  return [
    ...(ill === '' ? [] : [{ what: 'model', state: 'warn' as const, detail: detail(ill), fix }]),
    ...(well === '' ? [] : [{ what: 'model', state: 'fine' as const, detail: detail(well) }]),
  ];
}

async function modelFinding(config: Config): Promise<Finding> {
  const model = await composeModel(config, systemClock);
  if (model === undefined)
    return {
      what: 'model',
      state: 'off',
      detail: 'no endpoint is set in this shell (FAIRLEAD_MODEL_URL); the controller has settings of its own',
    };
  const started = systemClock.now();
  const answer = await model.complete(
    { messages: [{ role: 'user', content: 'Answer with the word ready.' }], tools: [], maxTokens: 16 },
    AbortSignal.timeout(MODEL_TIMEOUT_MS),
  );
  if (answer.ok)
    return {
      what: 'model',
      state: 'fine',
      detail: `${model.label} answered in ${((systemClock.now() - started) / 1000).toFixed(1)} s`,
    };
  const fix =
    answer.error.code === 'unauthorised'
      ? 'check FAIRLEAD_MODEL_KEY'
      : 'check FAIRLEAD_MODEL_URL (it ends in /v1) and FAIRLEAD_MODEL; the rules go on alone meanwhile';
  return {
    what: 'model',
    state: 'wrong',
    detail: `${model.label}: ${answer.error.code}: ${answer.error.message}`,
    fix,
  };
}
