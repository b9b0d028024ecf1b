import type { Result } from '../../kernel/result.ts';
import type { Fault } from '../../schema/blueprint/fault.ts';
import { blueprintFromObject, globalFromObject } from '../../schema/blueprint/fromObject.ts';
import { type Blueprint, type GlobalRules, NO_GLOBAL_RULES } from '../../schema/blueprint.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { tightened } from './tightened.ts';

/** What a Blueprint object comes to: the blueprint in force (its last accepted version), and what is wrong with the newest. */
export interface Accepted {
  readonly object: KubeObject;
  readonly blueprint?: Blueprint;
  readonly faults: readonly Fault[];
}

export interface AcceptedGlobal {
  /** Undefined while no good version was ever read: then nothing may be decided. */
  readonly rules?: GlobalRules;
  readonly faults: readonly Fault[];
}

/**
 * Which blueprints are in force. A version with a fault is refused whole and the last accepted one of the same object
 * stays in force (under the global rules of now); of two for one target the younger is refused. Reads are remembered by
 * resourceVersion, so that a calm pass parses nothing. What was accepted before this process began it is told by `recall`.
 */
export class Acceptance {
  readonly #lastGood = new Map<string, Blueprint>();
  readonly #recalled = new Set<string>();
  readonly #read = new Map<
    string,
    { readonly version: string; readonly result: Result<Blueprint, readonly Fault[]> }
  >();
  #lastGlobal: GlobalRules | undefined;
  #globalRead: { readonly version: string; readonly result: Result<GlobalRules, readonly Fault[]> } | undefined;

  /** `object` is the ClusterBlueprint named `default`, or undefined when there is none. */
  global(object: KubeObject | undefined): AcceptedGlobal {
    if (object === undefined) {
      // That there were no rules is no good version of rules: a faulty one that appears must not be read as "no ceiling".
      this.#lastGlobal = undefined;
      return { rules: NO_GLOBAL_RULES, faults: [] };
    }
    const version = versionOf(object);
    if (this.#globalRead?.version !== version) this.#globalRead = { version, result: globalFromObject(object) };
    const { result } = this.#globalRead;
    if (result.ok) this.#lastGlobal = result.value;
    return {
      ...(this.#lastGlobal !== undefined && { rules: this.#lastGlobal }),
      faults: result.ok ? [] : result.error,
    };
  }

  /** All Blueprints of one or more namespaces (whole namespaces, or duplicates go unseen), under the rules in force. */
  accept(objects: Iterable<KubeObject>, global: AcceptedGlobal): readonly Accepted[] {
    const claimed = new Map<string, string>();
    return [...objects]
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .sort(byAge)
      .map((object) => {
        const faults: Fault[] = [];
        const blueprint = this.#candidates(object, global, faults).find((candidate) => {
          const target = `${candidate.target.namespace}/${candidate.target.name}`;
          const elder = claimed.get(target);
          if (elder === undefined) claimed.set(target, candidate.name);
          else faults.push(duplicate(candidate, elder));
          return elder === undefined;
        });
        if (blueprint !== undefined) this.#lastGood.set(uidOf(object), blueprint);
        return { object, ...(blueprint !== undefined && { blueprint }), faults };
      });
  }

  /** Forgets what belongs to Blueprints that are not among these any more. */
  keepOnly(objects: Iterable<KubeObject>): void {
    const uids = new Set([...objects].map(uidOf));
    for (const memory of [this.#lastGood, this.#read, this.#recalled]) {
      for (const uid of memory.keys()) if (!uids.has(uid)) memory.delete(uid);
    }
  }

  /** Blueprints of which nothing is in force although an earlier process may have accepted a version. Each is named until recalled. */
  forgotten(accepted: readonly Accepted[], global: AcceptedGlobal): readonly KubeObject[] {
    if (global.rules === undefined) return [];
    return accepted
      .filter(({ object, blueprint, faults }) => {
        return blueprint === undefined && faults.length > 0 && !this.#recalled.has(uidOf(object));
      })
      .map(({ object }) => object);
  }

  /** The version of it that an earlier process accepted last, or undefined when none was kept: it is not asked for again. */
  recall(object: KubeObject, kept: Blueprint | undefined): void {
    this.#recalled.add(uidOf(object));
    if (kept !== undefined && !this.#lastGood.has(uidOf(object))) this.#lastGood.set(uidOf(object), kept);
  }

  /** The newest version if it is good, then the last accepted one; faults of the newest are added to `faults`. */
  #candidates(object: KubeObject, global: AcceptedGlobal, faults: Fault[]): readonly Blueprint[] {
    const lastGood = this.#lastGood.get(uidOf(object));
    if (global.rules === undefined) {
      faults.push(...global.faults);
      return lastGood === undefined ? [] : [lastGood];
    }
    const earlier = lastGood === undefined ? [] : [tightened(lastGood, global.rules)];
    const version = `${versionOf(object)} ${global.rules.hash}`;
    const known = this.#read.get(uidOf(object));
    const result = known?.version === version ? known.result : readBlueprint(object, global.rules);
    this.#read.set(uidOf(object), { version, result });
    if (result.ok) return [result.value, ...earlier.filter((blueprint) => blueprint.hash !== result.value.hash)];
    faults.push(...result.error);
    return earlier;
  }
}

/** A custom resource governs its own namespace only, whatever it says. */
function readBlueprint(object: KubeObject, global: GlobalRules): Result<Blueprint, readonly Fault[]> {
  const result = blueprintFromObject(object, global);
  const { namespace = '', name } = object.metadata;
  if (!result.ok || result.value.target.namespace === namespace) return result;
  const found = result.value.target.namespace;
  const fault: Fault = {
    ...nowhere(namespace, name),
    code: 'ForeignNamespace',
    message: `Blueprint ${namespace}/${name} names a target in namespace ${found}, but governs only its own`,
    path: 'spec.target.namespace',
    found,
    expected: namespace,
    fix: `apply the Blueprint in namespace ${found}, or leave spec.target.namespace out`,
  };
  return { ok: false, error: [fault] };
}

function duplicate({ namespace, name, target }: Blueprint, elder: string): Fault {
  return {
    ...nowhere(namespace, name),
    code: 'DuplicateTarget',
    message: `Blueprint ${namespace}/${name} is refused: the older Blueprint ${elder} already governs Deployment ${target.name}`,
    path: 'spec.target.name',
    found: target.name,
    expected: `a Deployment that no other Blueprint of namespace ${namespace} governs`,
    fix: `delete Blueprint ${elder}, or name another Deployment in spec.target.name`,
  };
}

const nowhere = (namespace: string, name: string): Pick<Fault, 'file' | 'line' | 'column'> => ({
  file: `Blueprint ${namespace}/${name}`,
  line: 0,
  column: 0,
});

function byAge(a: KubeObject, b: KubeObject): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? `${metadata.namespace}/${metadata.name}`;
const versionOf = (object: KubeObject): string => `${uidOf(object)} ${object.metadata.resourceVersion}`;
