import type { ChangeKind, Range } from './expectation.ts';
import type { Effect, InForce, Seen, ServiceSample } from './seen.ts';
import { tickOf } from './seen.ts';

/** Shared words of the assertions: ranges, patterns, values over time. */

export const within = (value: number, [low, high]: Range): boolean =>
  value >= (low ?? Number.NEGATIVE_INFINITY) && value <= (high ?? Number.POSITIVE_INFINITY);

export const shown = ([low, high]: Range): string => `[${low ?? '-∞'}, ${high ?? '∞'}]`;

/** `kind/namespace/name`, where `*` stands for anything. */
export function matchesObject(pattern: string, object: string): boolean {
  const wanted = pattern.split('/');
  return object.split('/').every((part, index) => glob(wanted[index] ?? '*', part));
}

/** The format names the tool, our requests the operation by its effect. */
export const toolOf = (operation: string): string => TOOL_OF[operation] ?? operation;
const TOOL_OF: Readonly<Record<string, string>> = {
  scale_within_limits: 'scale',
  scale_beyond_limits: 'scale',
  adjust_resources_within_bounds: 'adjust_resources',
};

export const matchesTarget = (pattern: string, target: string): boolean =>
  pattern === '*' || pattern === 'cluster' || pattern === target;

function glob(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

/** Patterns of a scenario. */
export const pattern = (source: string): RegExp => new RegExp(source, 'isu');

export const hasChange = (changes: readonly ChangeKind[], wanted: ChangeKind): boolean =>
  wanted === 'any' || changes.includes(wanted);

export function effectsOf(
  seen: Seen,
  {
    object,
    change,
    ticks,
  }: { object?: string | undefined; change?: ChangeKind | undefined; ticks?: Range | undefined },
): Effect[] {
  return seen.effects.filter(
    (effect) =>
      matchesObject(object ?? '*/*/*', effect.object) &&
      hasChange(effect.changes, change ?? 'any') &&
      (ticks === undefined || within(tickOf(seen, effect.at), ticks)),
  );
}

export const deploymentOf = (target: string): string => `deployment/${target}`;
export const targetOf = (object: string): string => object.split('/').slice(1).join('/');

export const replicasOf = (effect: Effect | undefined, side: 'before' | 'after' = 'after'): number | undefined =>
  (effect?.[side]?.spec as { replicas?: number } | undefined)?.replicas;

/** One service at a tick; the tick after the last is the end. */
export function serviceAt(seen: Seen, target: string, tick: number | 'end'): ServiceSample | undefined {
  const sample = tick === 'end' ? seen.samples.at(-1) : seen.samples[tick];
  return sample?.services.get(target);
}

/** The blueprint in force for a Deployment at an instant. */
export function blueprintAt(seen: Seen, target: string, at: number): InForce['blueprint'] | undefined {
  return seen.inForce.findLast((entry) => entry.target === target && entry.at <= at)?.blueprint;
}

/** `tick 7 (105 s)`. */
export const when = (seen: Seen, at: number): string =>
  `tick ${tickOf(seen, at)} (${Math.round((at - seen.startedAt) / 1000)} s)`;

/** What the product did, for a person who reads a failure. */
export function told(effects: readonly Effect[], seen: Seen): string {
  if (effects.length === 0) return 'none';
  const lines = effects.slice(0, 12).map((effect) => `${when(seen, effect.at)} ${effect.object} ${wordsOf(effect)}`);
  return `${lines.join('; ')}${effects.length > 12 ? `; and ${effects.length - 12} more` : ''}`;
}

function wordsOf(effect: Effect): string {
  const undo = effect.lastChange?.undo ? ' (undo)' : '';
  if (!effect.changes.includes('replicas')) return `${effect.changes.join('+')}${undo}`;
  return `${replicasOf(effect, 'before')} to ${replicasOf(effect)}${undo}`;
}
