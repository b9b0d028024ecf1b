import { formatCpu, formatMemory, parseCpu, parseMemory } from './quantity.ts';

/** Names of the four amounts that Fairlead may change. */
export const AMOUNTS = ['cpu_request', 'cpu_limit', 'memory_request', 'memory_limit'] as const;
export type AmountName = (typeof AMOUNTS)[number];
/** Quantities as text; an absent one is not to be changed. */
export type Amounts = Readonly<Partial<Record<AmountName, string>>>;

/** A container's `resources` as written. Keys beside requests and limits are kept as they are. */
export interface ContainerResources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** Where an amount stands. */
export const PLACES: Readonly<
  Record<AmountName, { readonly side: 'requests' | 'limits'; readonly resource: 'cpu' | 'memory' }>
> = {
  cpu_request: { side: 'requests', resource: 'cpu' },
  cpu_limit: { side: 'limits', resource: 'cpu' },
  memory_request: { side: 'requests', resource: 'memory' },
  memory_limit: { side: 'limits', resource: 'memory' },
};

const MI = 2 ** 20;

/** Millicores or bytes; undefined for text that is no quantity. */
export const amountOf = (resource: 'cpu' | 'memory', text: string | undefined): number | undefined =>
  text === undefined ? undefined : resource === 'cpu' ? parseCpu(text) : parseMemory(text);

/** As the API server writes it back, so that what was written is found again: whole millicores, whole Mi, rounded up. */
export const amountText = (resource: 'cpu' | 'memory', value: number): string =>
  resource === 'cpu' ? formatCpu(value) : formatMemory(Math.ceil(value / MI) * MI);

/** An amount of a container in millicores or bytes; undefined when it is absent or cannot be read. */
export const amountIn = (resources: ContainerResources | null, name: AmountName): number | undefined =>
  amountOf(PLACES[name].resource, resources?.[PLACES[name].side]?.[PLACES[name].resource]);

/** Whether every one of the amounts lies inside the bounds of its resource. */
export const isInside = (amounts: Amounts, bounds: Partial<Record<'cpu' | 'memory', { min: number; max: number }>>) =>
  AMOUNTS.every((name) => {
    const { resource } = PLACES[name];
    const [bound, value] = [bounds[resource], amountOf(resource, amounts[name]) ?? Number.NaN];
    return amounts[name] === undefined || (bound !== undefined && value >= bound.min && value <= bound.max);
  });

/** What Kubernetes counts as the request: where there is none, the limit. */
export const effectiveRequest = (
  resources: ContainerResources | null,
  resource: 'cpu' | 'memory',
): number | undefined => amountIn(resources, `${resource}_request`) ?? amountIn(resources, `${resource}_limit`);

/** The resources with these amounts set and everything else as it was. */
export function withAmounts(resources: ContainerResources | null, amounts: Amounts): ContainerResources {
  let next: ContainerResources = { ...resources };
  for (const name of AMOUNTS) {
    const text = amounts[name];
    if (text === undefined) continue;
    const { side, resource } = PLACES[name];
    next = { ...next, [side]: { ...next[side], [resource]: text } };
  }
  return next;
}

/** `cpu 500m/1, memory 256Mi/512Mi`: request and limit, `-` for none. */
export function resourcesText(resources: ContainerResources | null): string {
  const of = (side: 'requests' | 'limits', resource: string): string => resources?.[side]?.[resource] ?? '-';
  return (['cpu', 'memory'] as const)
    .map((resource) => `${resource} ${of('requests', resource)}/${of('limits', resource)}`)
    .join(', ');
}

/** Equality of JSON values; keys in any order. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)));
}
