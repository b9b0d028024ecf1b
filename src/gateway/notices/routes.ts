import type { ApprovalNotice, NoticeSink } from '../../ports/noticeSink.ts';

/** Where notices can go. */
export interface NoticeRoutes {
  /** By the names that blueprints use, such as `slack:#payments-ops`. */
  readonly byName: ReadonlyMap<string, NoticeSink>;
  /** For a service whose blueprint names no route, and for a name that nobody set up: somebody is always told. */
  readonly otherwise: readonly NoticeSink[];
  /** Routes of approver groups, besides those of the service. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
}

/** What the blueprint in force says. */
export interface NamedRoutes {
  readonly approvals?: readonly string[];
  readonly alerts?: readonly string[];
}

export interface Chosen {
  readonly sinks: readonly NoticeSink[];
  /** Names that stand in a blueprint or for a group and were not set up. */
  readonly unknown: readonly string[];
}

/** An escalation also goes where a person is called. */
export function routesFor(
  { kind, groups }: Pick<ApprovalNotice, 'kind' | 'groups'>,
  named: NamedRoutes,
  routes: NoticeRoutes,
): Chosen {
  const names = new Set([
    ...(named.approvals ?? []),
    ...(kind === 'escalate' ? (named.alerts ?? []) : []),
    ...groups.flatMap((group) => (Object.hasOwn(routes.groups, group) ? (routes.groups[group] ?? []) : [])),
  ]);
  const found = [...names].flatMap((name) => routes.byName.get(name) ?? []);
  const unknown = [...names].filter((name) => !routes.byName.has(name));
  const needsOthers = names.size === 0 || unknown.length > 0;
  return { sinks: [...new Set([...found, ...(needsOthers ? routes.otherwise : [])])], unknown };
}
