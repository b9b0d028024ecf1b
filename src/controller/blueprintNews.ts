import type { BlueprintNews } from '../agents/roles/blueprintParser.ts';
import { shortened, textAt } from '../observe/narrow.ts';
import type { ServiceView } from '../observe/serviceView.ts';
import { type Difference, differences, differenceWords } from '../schema/blueprint/difference.ts';
import { yamlText } from '../schema/blueprint/yamlText.ts';
import type { Blueprint } from '../schema/blueprint.ts';
import { KINDS, type KubeObject } from '../schema/kube.ts';

export interface News {
  readonly news: BlueprintNews;
  /** A person should look at it. */
  readonly warns: boolean;
  /** There is something to explain. */
  readonly explains: boolean;
}

const FAULTS = 20;

/** What became of the newest version of a Blueprint; `previous` was in force before it. Undefined: nothing can be said yet. */
export function newsOf(view: ServiceView, previous: Blueprint | undefined): News | undefined {
  const { namespace, name, object, blueprint, faults = [], global } = view;
  const about = { name: `${namespace}/${name}` };
  if (faults.length > 0) {
    const version = shortened(textAt(object, 'spec', 'version') ?? '', 64);
    const text = yamlText(asWritten(object));
    const news = {
      ...about,
      version,
      kind: 'refused' as const,
      lines: faults.slice(0, FAULTS).map(({ message, fix }) => `${message}; to mend it: ${fix}`),
      refused: { text, faults, namespace, ...(global !== undefined && { global }) },
      ...(blueprint !== undefined && { inForce: blueprint }),
    };
    return { news, warns: true, explains: true };
  }
  if (blueprint === undefined) return undefined;
  const { version } = blueprint;
  if (previous === undefined) {
    const news = { ...about, version, kind: 'new' as const, lines: grants(blueprint) };
    return { news, warns: false, explains: true };
  }
  const changes = differences(previous, blueprint).sort(widestFirst);
  const lines =
    changes.length === 0 ? [`nothing but the version, from ${previous.version}`] : changes.map(differenceWords);
  const news = { ...about, version, kind: 'changed' as const, lines };
  return { news, warns: changes.some(({ effect }) => effect === 'wider'), explains: changes.length > 0 };
}

const ORDER: readonly Difference['effect'][] = ['wider', 'changed', 'narrower'];
const widestFirst = (a: Difference, b: Difference): number => ORDER.indexOf(a.effect) - ORDER.indexOf(b.effect);

/** What people wrote of it: the faults name places in this. */
const asWritten = ({ metadata: { name, namespace }, spec }: KubeObject): object => ({
  apiVersion: KINDS.Blueprint.apiVersion,
  kind: KINDS.Blueprint.kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
  spec,
});

function grants({ scaling, authority, autonomy, logs, target }: Blueprint): string[] {
  const asking = authority.requiresApproval.map(
    ({ operation, condition, approvers }) => `${operation} when ${condition} by ${approvers.join(', ')}`,
  );
  const list = (items: readonly string[]): string => (items.length === 0 ? 'nothing' : items.join('; '));
  return [
    `Deployment ${target.name}, autonomy ${autonomy}`,
    `${scaling.minReplicas} to ${scaling.maxReplicas} replicas`,
    `allowed: ${list(authority.allowed)}`,
    `with an approval: ${list(asking)}`,
    `forbidden: ${list(authority.forbidden)}`,
    ...(logs === 'allowed' ? ['a model may read the logs of its pods'] : []),
  ];
}
