import { KINDS, type KubeObject } from '../../schema/kube.ts';
import type { Resource } from './resources.ts';

/** Names of an Event's fields in v1, and in events.k8s.io/v1, where they are kept. */
const RENAMED = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

const isCoreEvent = ({ kind }: Resource): boolean => kind.kind === 'Event' && kind.apiVersion === 'v1';

/** The stored object in the shape in which this resource serves it. */
export function served(resource: Resource, object: KubeObject): KubeObject {
  if (resource.kind.kind !== 'Event') return object;
  const exact = { ...object, ...microTime(object['eventTime']) };
  if (!isCoreEvent(resource)) return exact;
  const event = rename(exact, ([core, kept]) => [kept, core]);
  // Clients of v1 sort and print by these; an Event that was written in the new form has only its eventTime.
  event['firstTimestamp'] ??= event['eventTime'] ?? null;
  event['lastTimestamp'] ??= event['eventTime'] ?? null;
  event['source'] ??= { component: event['reportingComponent'] };
  return { ...event, apiVersion: 'v1', kind: 'Event', metadata: object.metadata };
}

/** Clients refuse this one field without its six decimals. */
const microTime = (time: unknown): { readonly eventTime?: string } =>
  typeof time === 'string' ? { eventTime: time.replace(/(:\d\d)Z$/, '$1.000000Z') } : {};

/** What a client sent through this resource, as it is kept. */
export function kept(resource: Resource, object: KubeObject): KubeObject {
  if (!isCoreEvent(resource)) return object;
  const event = rename(object, ([core, stored]) => [core, stored]);
  return { ...event, apiVersion: KINDS.Event.apiVersion, kind: 'Event', metadata: object.metadata };
}

function rename(
  object: KubeObject,
  direction: (pair: readonly [string, string]) => readonly [string, string],
): Record<string, unknown> {
  const names = new Map(RENAMED.map(direction));
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value]));
}
