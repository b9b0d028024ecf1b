import { stringify } from 'yaml';
import { ok } from '../kernel/result.ts';
import { RAISED_BY_ANNOTATION } from '../schema/allowance.ts';
import { blueprintFromObject, globalFromObject } from '../schema/blueprint/fromObject.ts';
import { loadBlueprint } from '../schema/blueprint/load.ts';
import { toObject } from '../schema/blueprint/toObject.ts';
import { NO_GLOBAL_RULES } from '../schema/blueprint.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import type { World } from '../world/world.ts';
import type { BoundBlueprint } from './format.ts';
import { isObject, NotUnderstood } from './loose.ts';
import type { InForce } from './seen.ts';
import type { BlueprintChange } from './stimulusFormat.ts';

type Document = BoundBlueprint['blueprint'];

/** The blueprints of a scenario: as documents, applied as people do, and what has been in force since when. */
export class Blueprints {
  readonly inForce: InForce[] = [];
  readonly #world: World;
  readonly #documents = new Map<string, { readonly namespace: string; document: Document }>();

  constructor(world: World) {
    this.#world = world;
    // A maximum that people raised is in force like any other version.
    world.objects.onChange(({ kind, object }) => {
      if (kind.kind !== KINDS.Blueprint.kind || object.metadata.annotations?.[RAISED_BY_ANNOTATION] === undefined)
        return;
      const { namespace, name } = object.metadata;
      const raised = this.services().find((one) => one.namespace === namespace && one.blueprint === name);
      if (raised !== undefined) this.#note(raised.target);
    });
  }

  /** Loads and applies all of them. A refused one leaves its service without a blueprint, as in a cluster. */
  begin(bound: readonly BoundBlueprint[]): void {
    for (const { applies_to, blueprint } of bound) {
      const { namespace, deployment } = applies_to;
      this.#documents.set(`${namespace}/${deployment}`, { namespace, document: structuredClone(blueprint) });
      this.#apply(`${namespace}/${deployment}`);
    }
  }

  change(change: BlueprintChange): void {
    const { target, set, add_forbidden, remove_requires_approval, ...rest } = change;
    const known = this.#documents.get(target);
    if (known === undefined) throw new NotUnderstood(`blueprint_change: no blueprint is bound to ${target}`);
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) throw new NotUnderstood(`blueprint_change: the runner does not know ${unknown}`);
    const next = structuredClone(known.document);
    const versioned = isObject(set) && JSON.stringify(set).includes('version');
    if (isObject(set)) for (const [path, value] of Object.entries(set)) put(next, path, value);
    const authority = authorityOf(next);
    for (const operation of listed(add_forbidden)) {
      authority['forbidden_operations'] = [...listed(authority['forbidden_operations']), operation];
      authority['allowed_operations'] = listed(authority['allowed_operations']).filter((held) => held !== operation);
    }
    for (const operation of listed(remove_requires_approval)) {
      const entries = Array.isArray(authority['requires_approval']) ? authority['requires_approval'] : [];
      authority['requires_approval'] = entries.filter((entry) => !isObject(entry) || entry['operation'] !== operation);
    }
    if (!versioned) bump(next);
    this.#documents.set(target, { ...known, document: next });
    this.#apply(target);
  }

  /** The organisation's rules changed: blueprints are in force under the new ones. */
  globalChanged(): void {
    for (const target of this.#documents.keys()) this.#note(target);
  }

  /** Blueprint object and Deployment of each service. */
  services(): { target: string; namespace: string; blueprint: string }[] {
    return [...this.#documents].map(([target, { namespace, document }]) => ({
      target,
      namespace,
      blueprint: document.metadata.name,
    }));
  }

  #apply(target: string): void {
    const object = this.#object(target);
    if (object === undefined) return;
    try {
      this.#world.apply(object, 'kubectl');
    } catch {
      // Refused by the API server: the version before stays in force.
      return;
    }
    this.#note(target);
  }

  #note(target: string): void {
    const known = this.#documents.get(target);
    if (known === undefined) return;
    const stored = this.#world.get(KINDS.Blueprint, known.namespace, known.document.metadata.name);
    const organisation = this.#world.get(KINDS.ClusterBlueprint, undefined, 'default');
    const global = organisation === undefined ? ok(NO_GLOBAL_RULES) : globalFromObject(organisation);
    if (stored === undefined || !global.ok) return;
    const blueprint = blueprintFromObject(stored, global.value);
    if (blueprint.ok) this.inForce.push({ at: this.#world.clock.now(), target, blueprint: blueprint.value });
  }

  #object(target: string): KubeObject | undefined {
    const known = this.#documents.get(target);
    if (known === undefined) return undefined;
    const { namespace, document } = known;
    const deployment = target.split('/')[1] ?? '';
    const loaded = loadBlueprint(stringify(document, { compat: 'yaml-1.1' }), `${document.metadata.name}.yaml`);
    // What our own loader refuses a person can still send: then the API server and the product have to deal with it.
    const object = loaded.ok ? toObject(loaded.value, namespace) : asWritten(document, namespace);
    if (document.metadata.name === deployment) return object;
    return { ...object, spec: { ...(object.spec as object), target: { kind: 'Deployment', name: deployment } } };
  }
}

function asWritten({ metadata, spec, ...rest }: Document, namespace: string): KubeObject {
  const { name, ...marks } = metadata;
  const { apiVersion, kind } = KINDS.Blueprint;
  return { apiVersion, kind, metadata: { name, namespace }, spec: { ...marks, ...spec, ...rest } };
}

const listed = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];

function authorityOf(document: Document): Record<string, unknown> {
  const governance = child(document as Record<string, unknown>, 'governance');
  return child(governance, 'agent_authority');
}

function child(of: Record<string, unknown>, key: string): Record<string, unknown> {
  const inner = of[key];
  if (isObject(inner)) return inner;
  const made: Record<string, unknown> = {};
  of[key] = made;
  return made;
}

/** By path (`spec.scaling.max_replicas`), by a nested object, or by a field's bare name where that is unique. */
function put(document: Document, path: string, value: unknown): void {
  const parts = path.split('.');
  if (parts.length === 1 && !Object.hasOwn(document, path)) {
    const homes = homesOf(document as Record<string, unknown>, path);
    const home = homes.length === 1 ? homes[0] : HOMES[path]?.reduce(child, document as Record<string, unknown>);
    if (home === undefined) throw new NotUnderstood(`blueprint_change.set: where does ${path} stand?`);
    home[path] = value;
    return;
  }
  const last = parts.pop() ?? path;
  const home = parts.reduce(child, document as Record<string, unknown>);
  const old = home[last];
  home[last] = isObject(old) && isObject(value) ? deepMerged(old, value) : value;
}

/** Fields that a document may lack. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  autonomy: ['spec'],
  freeze: ['spec'],
  safety: ['spec'],
  approval: ['spec'],
  metrics: ['spec'],
  target_cpu_utilization: ['spec', 'scaling'],
  scale_up_threshold: ['spec', 'scaling'],
  scale_down_threshold: ['spec', 'scaling'],
};

function homesOf(document: Record<string, unknown>, key: string): Record<string, unknown>[] {
  const own = Object.hasOwn(document, key) ? [document] : [];
  return [...own, ...Object.values(document).flatMap((inner) => (isObject(inner) ? homesOf(inner, key) : []))];
}

function deepMerged(old: Record<string, unknown>, value: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...old };
  for (const [key, inner] of Object.entries(value)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(inner) ? deepMerged(before, inner) : inner;
  }
  return merged;
}

/** Every change bumps the version. */
function bump(document: Document): void {
  const metadata = document.metadata as Record<string, unknown>;
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(String(metadata['version'])) ?? [];
  if (patch !== undefined) metadata['version'] = `${major}.${minor}.${Number(patch) + 1}`;
}
