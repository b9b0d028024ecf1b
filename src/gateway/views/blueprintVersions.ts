import { err, ok, type Result } from '../../kernel/result.ts';
import { blueprintOfVersion, keptVersions, revisionOf } from '../../observe/blueprints/keptVersions.ts';
import { textAt } from '../../observe/narrow.ts';
import type { BlueprintVersionList } from '../../schema/api/lists.ts';
import type { BlueprintVersion } from '../../schema/api/services.ts';
import { differences, differenceWords } from '../../schema/blueprint/difference.ts';
import { yamlText } from '../../schema/blueprint/yamlText.ts';
import { type Blueprint, NO_GLOBAL_RULES } from '../../schema/blueprint.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import type { GatewayDeps, Refused } from '../deps.ts';
import { PAGE } from './pages.ts';
import { createdAt } from './records.ts';
import { instant, name, sentence } from './told.ts';

const MOST_SPEC = 100_000;

/** The versions of one Blueprint, newest first: a refused one on top, the one in force, and those accepted before. */
export async function blueprintVersions(
  deps: GatewayDeps,
  namespace: string,
  blueprintName: string,
): Promise<Result<BlueprintVersionList, Refused>> {
  const read = await deps.reader.get(KINDS.Blueprint, namespace, blueprintName);
  if (!read.ok) return unavailable(`the Blueprint cannot be read now: ${sentence(read.error.message)}`);
  const object = read.value;
  if (object === undefined) return err({ code: 'notFound', message: 'there is no such Blueprint' });
  const kept = await keptVersions(deps.reader, object);
  if (!kept.ok) return unavailable(`its versions cannot be read now: ${sentence(kept.error.message)}`);
  const view = deps.observer.views().find((one) => one.namespace === namespace && one.name === blueprintName);
  const global = view?.global ?? NO_GLOBAL_RULES;
  const inForce = view?.blueprint;
  const accepted = kept.value
    .toSorted((a, b) => revisionOf(b) - revisionOf(a))
    .slice(0, PAGE)
    .map((version) => ({ version, blueprint: blueprintOfVersion(version, object, global) }));
  const items = accepted.map(({ version, blueprint }, index) =>
    acceptedVersion(version, blueprint, accepted[index + 1]?.blueprint, inForce),
  );
  return ok({ items: [...newest(object, view?.faults ?? [], inForce, items), ...items] });
}

function acceptedVersion(
  version: KubeObject,
  blueprint: Blueprint | undefined,
  before: Blueprint | undefined,
  inForce: Blueprint | undefined,
): BlueprintVersion {
  const changes = blueprint && before ? differences(before, blueprint).map(differenceWords) : [];
  const unreadable = 'It does not validate any more under the rules of now.';
  const first = before === undefined ? 'The oldest version kept.' : 'Nothing that binds an agent changed.';
  const isInForce = blueprint !== undefined && blueprint.hash === inForce?.hash;
  return {
    version: name(blueprint?.version ?? textAt(version, 'data', 'version')),
    hash: blueprint?.hash ?? '',
    at: instant(createdAt(version)),
    state: isInForce ? 'in force' : 'accepted',
    text: sentence(blueprint === undefined ? unreadable : changes.length > 0 ? changes.join('; ') : first),
    spec: specText(version['data']),
  };
}

/** The object itself where no kept version is it: a version that was refused, or one that was accepted just now. */
function newest(
  object: KubeObject,
  faults: readonly { readonly message: string; readonly fix: string }[],
  inForce: Blueprint | undefined,
  kept: readonly BlueprintVersion[],
): BlueprintVersion[] {
  const [fault] = faults;
  const version = name(textAt(object, 'spec', 'version'));
  const at = instant(newestWrite(object));
  const spec = specText(object.spec);
  if (fault !== undefined) {
    const more = faults.length > 1 ? ` (1 of ${faults.length} faults)` : '';
    return [
      {
        version,
        hash: '',
        at,
        state: 'refused',
        text: sentence(`${fault.message}${more}; to mend it: ${fault.fix}`),
        spec,
      },
    ];
  }
  if (inForce === undefined || kept.some(({ hash }) => hash === inForce.hash)) return [];
  return [{ version, hash: inForce.hash, at, state: 'in force', text: 'In force, and not kept yet.', spec }];
}

/** When somebody last wrote its spec, as far as its managers say; else when it was made. */
function newestWrite(object: KubeObject): number {
  const times = (object.metadata.managedFields ?? []).flatMap(({ time, subresource }) =>
    time === undefined || subresource !== undefined ? [] : [Date.parse(time)],
  );
  return Math.max(createdAt(object), ...times.filter((time) => !Number.isNaN(time)));
}

/** As YAML, whatever stands there. */
function specText(spec: unknown): string {
  try {
    return yamlText(spec).slice(0, MOST_SPEC);
  } catch {
    return '';
  }
}

const unavailable = (message: string): Result<never, Refused> => err({ code: 'unavailable', message });
