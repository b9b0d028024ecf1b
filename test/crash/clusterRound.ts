import { LastChange } from '../../src/schema/change.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { FINAL, type Phase } from '../../src/schema/records.ts';
import type { Cluster } from '../cluster/harness.ts';
import { blueprint, decisions, deployment, eventually, Fairlead, load, workloadWrites } from '../e2e/fairlead.ts';

const PATIENCE_MS = 240_000;
const ROLES = ['executor', 'run'] as const;
/** Our own writes that a round makes at least, leases aside: one of them is waited for before somebody is killed. */
const WRITES = 9;
/** From then on, at most. */
const DELAY_MS = 400;

export interface Round {
  readonly namespace: string;
  /** With the harmful scale-down, which takes longer. */
  readonly undo: boolean;
  readonly kills: number;
  /** In [0, 1), of a seed. */
  readonly random: () => number;
}

export interface Rounded {
  /** What was killed when, in words. */
  readonly killed: readonly string[];
  readonly phases: readonly string[];
  readonly writes: number;
  readonly faults: readonly string[];
}

/**
 * One round on a real API server: `fairlead executor` and `fairlead run` operate a hot service, and one whose scale-down
 * hurts; they are killed with SIGKILL at random moments after a random write of theirs and started again. The data folder
 * is shared by all rounds.
 */
export async function playRound(cluster: Cluster, data: string, round: Round): Promise<Rounded> {
  const { namespace: ns, undo, kills, random } = round;
  const names = undo ? ['hot', 'calm'] : ['hot'];
  const roles = new Map(ROLES.map((role) => [role, new Fairlead(cluster, data)]));
  const start = (role: (typeof ROLES)[number]): void =>
    roles.get(role)?.start(role, '--data', data, '--interval', '1s');
  const [anybody] = [...roles.values()];
  if (anybody === undefined) throw new Error('there are roles');
  const services = (latency: number) => ({
    services: { [`${ns}/hot`]: load(0.85, 2), [`${ns}/calm`]: load(0.25, 3, latency) },
  });
  try {
    await cluster.kubectl(['create', 'namespace', ns]);
    for (const name of names) {
      await cluster.kubectl(['apply', '-f', '-'], { input: deployment(ns, name, name === 'hot' ? 2 : 3) });
      anybody.writeBlueprint(name, blueprint(ns, name));
    }
    cluster.setLoad(services(120));
    const before = ours(cluster);
    const applied = await anybody.run('apply', '-f', anybody.blueprints);
    if (applied.code !== 0) throw new Error(applied.err);
    for (const role of ROLES) start(role);

    const killed: string[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const role = ROLES[Math.floor(random() * ROLES.length)] ?? 'executor';
      const [nth, delay] = [1 + Math.floor(random() * WRITES), Math.floor(random() * DELAY_MS)];
      await until(() => ours(cluster) - before >= nth, 20_000);
      await new Promise((resolve) => setTimeout(resolve, delay));
      await roles.get(role)?.stop('SIGKILL');
      killed.push(`${role} ${delay} ms after write ${nth}`);
      start(role);
    }
    await over(cluster, anybody, ns, 'hot', 'Succeeded');
    if (undo) {
      await eventually('a scale-down', PATIENCE_MS, anybody, async () =>
        writes(cluster, ns, 'calm').length > 0 ? true : undefined,
      );
      cluster.setLoad(services(280));
      await over(cluster, anybody, ns, 'calm', 'RolledBack');
    }
    return { killed, ...(await audit(cluster, anybody, ns, names)) };
  } finally {
    for (const fairlead of roles.values()) {
      await fairlead.stop('SIGKILL');
      fairlead.remove();
    }
    await cluster.kubectl(['delete', 'blueprints', '-n', ns, '--all']);
  }
}

/** Writes of ours so far, leases aside. */
const ours = (cluster: Cluster): number =>
  cluster
    .auditWrites()
    .filter(({ userAgent, objectRef }) => !userAgent.startsWith('kubectl') && objectRef?.resource !== 'leases').length;

const writes = (cluster: Cluster, ns: string, name: string): string[] =>
  workloadWrites(cluster, ns).filter((write) => write === `patch ${name} 200`);

/** Looks often, for `ms` at most: a moment that does not come is a moment too. */
async function until(look: () => boolean, ms: number): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end && !look(); ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Also over: nobody lived long enough to judge it. What passed phase 1 may still be undone, so its phase is waited for. */
async function over(cluster: Cluster, fairlead: Fairlead, ns: string, name: string, phase: Phase): Promise<void> {
  await eventually(`${ns}/${name} to be ${phase}`, PATIENCE_MS, fairlead, async () => {
    const made = await of(cluster, ns, name);
    const isOver = made.some(
      (one) => wasWritten(one) && (one.status?.phase === phase || one.status?.reason === 'NotJudged'),
    );
    const isFree = isOver && (await breaker(cluster, ns, name)).inFlight === undefined;
    return isFree && made.every(({ status }) => FINAL.has(status?.phase ?? 'Pending')) ? true : undefined;
  });
}

const of = async (cluster: Cluster, ns: string, name: string): Promise<DecisionObject[]> =>
  (await decisions(cluster, ns)).filter(({ spec }) => spec.blueprint.name === name);

const applied = ({ status }: DecisionObject): string[] =>
  (status?.changes ?? []).flatMap(({ id, appliedAt }) => (appliedAt === undefined ? [] : [id]));

const wasWritten = (decision: DecisionObject): boolean => applied(decision).length > 0;

async function breaker(
  cluster: Cluster,
  ns: string,
  name: string,
): Promise<{ inFlight?: unknown; operations: { changeId: string }[] }> {
  const read = JSON.parse(await cluster.kubectl(['get', 'circuitbreaker', '-n', ns, name, '-o', 'json'])) as {
    status?: { inFlight?: unknown; operations: { changeId: string }[] };
  };
  return read.status ?? { operations: [] };
}

/** Nothing lost, nothing twice, in all three records and in the journals. */
async function audit(
  cluster: Cluster,
  fairlead: Fairlead,
  ns: string,
  names: readonly string[],
): Promise<Omit<Rounded, 'killed'>> {
  const faults: string[] = [];
  const phases: string[] = [];
  let total = 0;
  for (const name of names) {
    const made = await of(cluster, ns, name);
    const changes = made.flatMap(applied);
    const counted = (await breaker(cluster, ns, name)).operations.map(({ changeId }) => changeId);
    const written = writes(cluster, ns, name).length;
    total += written;
    phases.push(...made.map(({ status }) => `${name}: ${status?.phase} ${status?.reason}`));
    const records = `${changes.length} on record (${changes.join()}), ${counted.length} counted (${counted.join()})`;
    if (written !== changes.length || new Set(changes).size !== written || !sameSet(counted, changes)) {
      faults.push(`${name}: ${written} writes, ${records}`);
    }
    const object = JSON.parse(await cluster.kubectl(['get', 'deploy', '-n', ns, name, '-o', 'json'])) as {
      metadata: { annotations?: Record<string, string> };
    };
    const { id } = LastChange.parse(JSON.parse(object.metadata.annotations?.['fairlead.dev/last-change'] ?? '{}'));
    if (changes.at(-1) !== id) faults.push(`${name}: carries ${id}, and ${changes.at(-1)} is on record as the last`);
  }
  for (const command of [['verify', '--kubeconfig', cluster.kubeconfig], ['replay']]) {
    const { code, out, err } = await fairlead.run('audit', ...command, '--data', fairlead.data);
    if (code !== 0) faults.push(`audit ${command[0]}: ${out}${err}`);
  }
  return { phases, writes: total, faults };
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean => a.toSorted().join() === b.toSorted().join();
