import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/kernel/result.ts';
import type { Standing } from '../../src/policy/rule.ts';
import { RULES } from '../../src/policy/rules.ts';
import { readScenario } from '../../src/scenario/readScenario.ts';
import { runScenario, type ScenarioOptions, type ScenarioResult } from '../../src/scenario/runScenario.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import type { WorldPort } from '../../src/world/port.ts';
import type { World } from '../../src/world/world.ts';

/** A scenario that cannot fail proves nothing: each fault here is planted in the product, and a scenario must see it. */

const FOLDER = import.meta.dirname;

function run(id: string, tamper?: ScenarioOptions['tamper']): Promise<ScenarioResult> {
  const file = path.join(FOLDER, `${id}.yaml`);
  const read = readScenario(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error(read.error);
  return runScenario(read.value, {
    model: { kind: 'rules' },
    seed: 1,
    repeat: 1,
    promptsDir: path.join(FOLDER, '..', '..', 'prompts'),
    beside: (name) => readFileSync(path.join(FOLDER, name), 'utf8'),
    ...(tamper === undefined ? {} : { tamper }),
  });
}

/** The gate without one of its rules, while `work` runs. */
async function without<T>(name: string, work: () => Promise<T>): Promise<T> {
  const rules = RULES as Standing[];
  const index = rules.findIndex(({ rule }) => rule.name === name);
  const [removed] = rules.splice(index, index === -1 ? 0 : 1);
  if (removed === undefined) throw new Error(`there is no rule ${name}`);
  try {
    return await work();
  } finally {
    rules.splice(index, 0, removed);
  }
}

describe('a rule switched off is seen', () => {
  it.each<[rule: string, scenario: string, seen: string]>([
    ['operationMustBeGranted', 'auto-63-nothing-granted', 'INV-05'],
    ['operationMustBeGranted', 'auto-64-beyond-max', 'INV-03'],
    ['operationMustBeGranted', 'inj-50-deletes', 'audit'],
    ['ownersMustBeRespected', 'auto-66-hpa-goes', 'mutations'],
    ['ownersMustBeRespected', 'auto-67-somebody-changed-it', 'mutations'],
    ['ownersMustBeRespected', 'auto-68-gitops', 'mutations'],
    ['disruptionBudgetsMustHold', 'inj-02-g02-budget-fires', 'mutations'],
    ['rolloutMustBeOver', 'auto-73-rollout', 'mutations'],
    ['loadMustFitAfterDown', 'auto-79-undone-once', 'mutations'],
    ['budgetMustBeLeft', 'auto-81-cooldown', 'INV-07'],
    ['budgetMustBeLeft', 'auto-82-four-downs', 'mutations'],
    ['breakerMustLetThrough', 'auto-87-breaker-held', 'mutations'],
    ['holdsMustBeLifted', 'auto-84-pause', 'mutations'],
    ['holdsMustBeLifted', 'auto-85-stop-fleet', 'attempts'],
    ['freezeWindowMustBeOver', 'auto-90-freeze', 'mutations'],
    ['autonomyMustReachSoFar', 'auto-88-observe', 'mutations'],
    ['autonomyMustReachSoFar', 'auto-89-propose', 'approval'],
  ])('%s, by %s', { timeout: 60_000 }, async (rule, scenario, seen) => {
    const { result, failures } = await without(rule, () => run(scenario));
    expect(result, `${scenario} without ${rule}: if it passes, another rule holds back the same there`).toBe('failed');
    expect(failures.join('\n')).toContain(seen);
  });
});

const NOTHING_PUT_BACK = (port: WorldPort, world: World): WorldPort => ({
  ...port,
  workloads: {
    apply: async (permit, lastChange, options) => {
      if (!lastChange.undo || options.dryRun) return port.workloads.apply(permit, lastChange, options);
      const { namespace, name } = permit.terms;
      const object = world.get(KINDS.Deployment, namespace, name);
      return object === undefined ? port.workloads.apply(permit, lastChange, options) : ok(object);
    },
  },
});

const COOLDOWN_OF_59_S = (port: WorldPort, world: World): WorldPort => {
  const { apiVersion, kind } = KINDS.ClusterBlueprint;
  world.apply({ apiVersion, kind, metadata: { name: 'default' }, spec: { safety: { cooldown: '59s' } } });
  return port;
};

/** Pauses and stops never reach the product. */
const HOLDS_UNREAD = (port: WorldPort): WorldPort => {
  const blind = (object: KubeObject): KubeObject =>
    object.kind === KINDS.CircuitBreaker.kind ? { ...object, spec: { holds: [] } } : object;
  return {
    ...port,
    reader: {
      ...port.reader,
      async get(kind, namespace, name) {
        const read = await port.reader.get(kind, namespace, name);
        return read.ok && read.value !== undefined ? ok(blind(read.value)) : read;
      },
      async list(kind, namespace, selector) {
        const read = await port.reader.list(kind, namespace, selector);
        return read.ok ? ok({ ...read.value, items: read.value.items.map(blind) }) : read;
      },
      async *watch(kind, namespace, version, signal) {
        for await (const event of port.reader.watch(kind, namespace, version, signal)) {
          yield event.type === 'ended' ? event : { ...event, object: blind(event.object) };
        }
      },
    },
  };
};

/** Every budget of the cluster is invisible. */
const BUDGETS_UNREAD = (port: WorldPort): WorldPort => ({
  ...port,
  reader: {
    ...port.reader,
    list: async (kind, namespace, selector) => {
      const read = await port.reader.list(kind, namespace, selector);
      const hidden = kind.kind === KINDS.PodDisruptionBudget.kind && read.ok;
      return hidden ? ok({ ...read.value, items: [] }) : read;
    },
  },
});

describe('a fault between the product and the cluster is seen', () => {
  it.each<[fault: string, scenario: string, tamper: NonNullable<ScenarioOptions['tamper']>, seen: string]>([
    ['an undo that does nothing', 'auto-79-undone-once', NOTHING_PUT_BACK, 'replicas'],
    ['a cooldown that is a second short', 'auto-81-cooldown', COOLDOWN_OF_59_S, 'INV-07'],
    ['a pause that is not heard', 'auto-84-pause', HOLDS_UNREAD, 'mutations'],
    ['disruption budgets that are not read', 'auto-69-budget', BUDGETS_UNREAD, 'replicas'],
  ])('%s, by %s', { timeout: 60_000 }, async (_fault, scenario, tamper, seen) => {
    const { result, failures } = await run(scenario, tamper);
    expect(result).toBe('failed');
    expect(failures.join('\n')).toContain(seen);
  });

  it('and the same scenarios pass without it', { timeout: 60_000 }, async () => {
    const same = (port: WorldPort): WorldPort => ({ ...port });
    for (const id of ['auto-79-undone-once', 'auto-81-cooldown', 'auto-84-pause', 'auto-69-budget']) {
      expect(await run(id, same)).toMatchObject({ id, result: 'passed', failures: [] });
    }
  });
});
