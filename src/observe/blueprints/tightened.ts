import type { Autonomy, Blueprint, GlobalRules, Safety } from '../../schema/blueprint.ts';

/**
 * A blueprint accepted earlier, under the organisation's rules of now. While its newest version is refused it stays in
 * force, but rules that became stricter in between bind it at once; nothing here can loosen it.
 */
export function tightened(blueprint: Blueprint, global: GlobalRules): Blueprint {
  const { scaling, resources, authority } = blueprint;
  const maxReplicas = Math.min(scaling.maxReplicas, global.ceilings.maxReplicas ?? Number.POSITIVE_INFINITY);
  return {
    ...blueprint,
    autonomy: lower(blueprint.autonomy, global.autonomy),
    scaling: { ...scaling, maxReplicas, minReplicas: Math.min(scaling.minReplicas, maxReplicas) },
    resources: {
      ...(resources.cpu !== undefined && { cpu: capped(resources.cpu, global.ceilings.cpu) }),
      ...(resources.memory !== undefined && { memory: capped(resources.memory, global.ceilings.memory) }),
    },
    authority: { ...authority, forbidden: [...new Set([...authority.forbidden, ...global.forbidden])] },
    safety: stricter(blueprint.safety, global.safety),
  };
}

const ORDER: readonly Autonomy[] = ['observe', 'propose', 'autonomous'];
const lower = (a: Autonomy, b: Autonomy): Autonomy => (ORDER.indexOf(a) <= ORDER.indexOf(b) ? a : b);

type Bounds = { readonly min: number; readonly max: number; readonly target: number };
function capped(bounds: Bounds, ceiling = Number.POSITIVE_INFINITY): Bounds {
  const cap = (value: number): number => Math.min(value, ceiling);
  return { min: cap(bounds.min), max: cap(bounds.max), target: cap(bounds.target) };
}

function stricter(a: Safety, b: Safety): Safety {
  return {
    cooldownMs: Math.max(a.cooldownMs, b.cooldownMs),
    operationsPerHour: Math.min(a.operationsPerHour, b.operationsPerHour),
    downsPerHour: Math.min(a.downsPerHour, b.downsPerHour),
    optionalPerHour: Math.min(a.optionalPerHour, b.optionalPerHour),
    breakerFailures: Math.min(a.breakerFailures, b.breakerFailures),
    freshnessMs: Math.min(a.freshnessMs, b.freshnessMs),
    downWindowMs: Math.max(a.downWindowMs, b.downWindowMs),
  };
}
