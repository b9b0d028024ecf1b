import type { GRANTABLE } from '../operation.ts';
import { formatPercent, parseDuration, parsePercent } from '../units.ts';
import { isAlwaysFrozen } from './alwaysFrozen.ts';
import { DEFAULT_TARGET_CPU, DEFAULT_TOLERANCE, downThresholdFor } from './defaults.ts';
import type { BlueprintDoc } from './doc.ts';

/**
 * What a valid document says and people do not expect: it grants what can never be used, or asks for what is not granted.
 * Each is about this document; of an ordinary one nothing is said.
 */
export function notesOf(doc: BlueprintDoc): string[] {
  return [
    ...grantNotes(doc),
    ...twiceNotes(doc),
    ...standstillNotes(doc),
    ...objectiveNotes(doc),
    ...invertedNotes(doc),
    ...costNotes(doc),
  ];
}

function grantNotes({ spec }: BlueprintDoc): string[] {
  const { allowed_operations = [], requires_approval = [] } = spec.governance?.agent_authority ?? {};
  const granted = new Set<string>([...allowed_operations, ...requires_approval.map(({ operation }) => operation)]);
  const forbidden: readonly string[] = spec.governance?.agent_authority?.forbidden_operations ?? [];
  for (const operation of forbidden) granted.delete(operation);
  const isGranted = (operation: (typeof GRANTABLE)[number]): boolean => granted.has(operation);
  const notes: string[] = [];
  for (const operation of new Set(requires_approval.map((entry) => entry.operation))) {
    if (!forbidden.includes(operation)) continue;
    notes.push(`${operation} is in requires_approval and in forbidden_operations: it is forbidden, approved or not`);
  }
  if (granted.size === 0) {
    notes.push(
      'it grants nothing: no operation is in allowed_operations or requires_approval, so that it only watches',
    );
  }
  const asked = requires_approval.some(({ operation }) => operation === 'scale_beyond_limits');
  if (isGranted('scale_beyond_limits') && !asked && (spec.autonomy ?? 'autonomous') === 'autonomous') {
    notes.push(
      'scale_beyond_limits is in allowed_operations: agents go past min_replicas and max_replicas without asking anybody; requires_approval asks a person',
    );
  }
  if (spec.scaling.min_replicas === 0 && !isGranted('scale_to_zero')) {
    notes.push('min_replicas is 0, but scale_to_zero is not granted: one replica always stays');
  }
  const { cpu, memory } = spec.resources ?? {};
  if (isGranted('adjust_resources_within_bounds') && cpu === undefined && memory === undefined) {
    notes.push('adjust_resources_within_bounds is granted, but spec.resources has no bounds: it is never used');
  }
  return notes;
}

function twiceNotes({ spec }: BlueprintDoc): string[] {
  const authority = spec.governance?.agent_authority;
  return (['allowed_operations', 'forbidden_operations'] as const).flatMap((list) => {
    const operations = authority?.[list] ?? [];
    const twice = operations.filter((operation, index) => operations.indexOf(operation) !== index);
    return [...new Set(twice)].map((operation) => `${operation} stands twice in ${list}: once says the same`);
  });
}

/** What lets nothing, or no scale, ever happen. */
function standstillNotes({ spec }: BlueprintDoc): string[] {
  const { min_replicas: min, max_replicas: max } = spec.scaling;
  const authority = spec.governance?.agent_authority;
  const scales = authority?.allowed_operations?.includes('scale_within_limits') === true;
  const windows = (spec.freeze ?? []).map(({ cron, time_zone: timeZone = 'UTC', duration }) => ({
    cron,
    timeZone,
    durationMs: parseDuration(duration) ?? 0,
    reason: '',
  }));
  return [
    ...(min === max && scales
      ? [`min_replicas and max_replicas are both ${min}: within limits there is nothing to scale, whatever the load`]
      : []),
    ...(spec.safety?.operations_per_hour === 0
      ? ['safety.operations_per_hour is 0: nothing is ever done, not even what a person approved; every change waits']
      : []),
    ...(isAlwaysFrozen(windows)
      ? [
          'spec.freeze covers all of the time: nothing is ever done, not even what a person approved; every change waits',
        ]
      : []),
  ];
}

/** A check says what must hold after a change: of latency and errors, that they stay low. */
function invertedNotes({ spec }: BlueprintDoc): string[] {
  return (spec.verification?.checks ?? []).flatMap(({ name, signal = name, target }) => {
    if (signal === 'cpu_utilization' || !/^\s*>/.test(target)) return [];
    const meant = target.trim().replace('>', '<');
    return [
      `the check ${name} demands ${signal} ${target.trim()}: a change fails while the service is well; "${meant}" demands that it is`,
    ];
  });
}

/** CPU is always watched; a change is verified by its checks, which are those of the objectives where none are written. */
function objectiveNotes({ spec }: BlueprintDoc): string[] {
  const { latency_target_p95: latency, error_rate_threshold: errors } = spec.performance ?? {};
  const { checks } = spec.verification ?? {};
  const unverified = 'no change is verified or undone by latency or errors';
  if (latency !== undefined || errors !== undefined) {
    return checks?.length === 0 ? [`verification.checks is empty: ${unverified}`] : [];
  }
  const checked = checks !== undefined && checks.length > 0;
  return [`spec.performance names no objective: only CPU is watched${checked ? '' : `, and ${unverified}`}`];
}

/** A threshold for going down below the target keeps replicas that an autoscaler would have taken away. */
const downThreshold = ({ spec: { scaling } }: BlueprintDoc) => {
  const target = parsePercent(scaling.target_cpu_utilization ?? '') ?? DEFAULT_TARGET_CPU;
  const usual = downThresholdFor(target);
  const down = parsePercent(scaling.scale_down_threshold ?? '') ?? usual;
  return { target, usual, down, isFarBelow: down < usual * (1 - DEFAULT_TOLERANCE) };
};
const KEPT = 'pods are kept that a HorizontalPodAutoscaler with the same target would give back';

function costNotes(doc: BlueprintDoc): string[] {
  const { usual, down, isFarBelow } = downThreshold(doc);
  const [at, usually] = [formatPercent(down), formatPercent(usual)];
  return isFarBelow
    ? [`scale_down_threshold ${at} lies far below the usual ${usually} (4/7 of the target): ${KEPT}`]
    : [];
}

/** What is as people expect it and costs something all the same; for whoever asks (`-v`). */
export function costsOf(doc: BlueprintDoc): string[] {
  const { target, down, isFarBelow } = downThreshold(doc);
  if (isFarBelow) return [];
  const [at, of] = [formatPercent(down), formatPercent(target)];
  return [
    `scale_down_threshold ${at} lies below target_cpu_utilization ${of}: in between ${KEPT}, and moves are fewer`,
  ];
}
