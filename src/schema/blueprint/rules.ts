import { NEVER } from '../operation.ts';
import { parseCpu, parseMemory } from '../quantity.ts';
import { parsePercent } from '../units.ts';
import { isSignal, parseCheckTarget, SIGNALS } from './checkTarget.ts';
import { CONDITION_HELP, checkCondition } from './condition.ts';
import { DEFAULT_TARGET_CPU } from './defaults.ts';
import { type Complaint, type Path, pathText, shown } from './fault.ts';
import { checkCalendar } from './freeze.ts';
import { nearest } from './nearest.ts';

/**
 * Rules across fields. Each works on raw data and passes over what has the wrong form, so that one wrong unit does not
 * hide a wrong order elsewhere: every fault of a document is named in one go. Paths are inside `spec`. The same rules as
 * CEL, for the API server, stand in celRules.ts.
 */
export function crossFaults(spec: unknown): Complaint[] {
  return [
    ...replicaOrder(spec),
    ...thresholdOrder(spec),
    ...bounds(spec, 'cpu', parseCpu),
    ...bounds(spec, 'memory', parseMemory),
    ...authority(spec),
    ...conditions(spec),
    ...checks(spec),
    ...calendars(spec),
  ];
}

function replicaOrder(spec: unknown): Complaint[] {
  const min = at(spec, 'scaling', 'min_replicas');
  const max = at(spec, 'scaling', 'max_replicas');
  if (typeof min !== 'number' || typeof max !== 'number' || !Number.isFinite(min + max) || min <= max) return [];
  return [
    {
      code: 'MinAboveMax',
      path: ['scaling', 'min_replicas'],
      found: String(min),
      expected: `at most max_replicas, which is ${max}`,
      fix: `lower min_replicas to ${max} or less, or raise max_replicas to ${min}`,
    },
  ];
}

function thresholdOrder(spec: unknown): Complaint[] {
  const written = text(spec, 'scaling', 'target_cpu_utilization');
  const target = written === undefined ? DEFAULT_TARGET_CPU : parsePercent(written);
  if (target === undefined) return [];
  const name = `target_cpu_utilization, which is ${written ?? 'by default 70%'}`;
  const complaints: Complaint[] = [];
  const up = text(spec, 'scaling', 'scale_up_threshold');
  if ((parsePercent(up ?? '') ?? target) < target) {
    complaints.push({
      code: 'ThresholdOrder',
      path: ['scaling', 'scale_up_threshold'],
      found: shown(up),
      expected: `at least ${name}`,
      fix: 'keep scale_down_threshold < target_cpu_utilization <= scale_up_threshold',
    });
  }
  const down = text(spec, 'scaling', 'scale_down_threshold');
  if ((parsePercent(down ?? '') ?? 0) >= target) {
    complaints.push({
      code: 'ThresholdOrder',
      path: ['scaling', 'scale_down_threshold'],
      found: shown(down),
      expected: `below ${name}`,
      fix: 'keep scale_down_threshold < target_cpu_utilization <= scale_up_threshold',
    });
  }
  return complaints;
}

function bounds(spec: unknown, resource: 'cpu' | 'memory', parse: (text: string) => number | undefined): Complaint[] {
  const value = (field: string) => text(spec, 'resources', resource, field);
  const [min, max, target] = [value('min'), value('max'), value('target')];
  const [low, high, aim] = [parse(min ?? ''), parse(max ?? ''), parse(target ?? '')];
  if (low !== undefined && high !== undefined && low > high) {
    return [
      {
        code: 'MinAboveMax',
        path: ['resources', resource, 'min'],
        found: shown(min),
        expected: `at most max, which is ${max}`,
        fix: `lower min to ${max} or less, or raise max to ${min}`,
      },
    ];
  }
  const belowMin = aim !== undefined && low !== undefined && aim < low;
  const aboveMax = aim !== undefined && high !== undefined && aim > high;
  if (!belowMin && !aboveMax) return [];
  // A bound that cannot be read has a fault of its own, and is no bound to write a target by.
  const [bad, side, where] = belowMin ? (['at least', 'min', min] as const) : (['at most', 'max', max] as const);
  const both = low !== undefined && high !== undefined;
  return [
    {
      code: 'TargetOutsideBounds',
      path: ['resources', resource, 'target'],
      found: shown(target),
      expected: both
        ? `a value from min to max, which are ${min} and ${max}`
        : `a value of ${bad} ${side}, which is ${where}`,
      fix: both
        ? `write a target from ${min} to ${max}, or widen the bounds`
        : `write a target of ${bad} ${where}, or widen the bounds`,
    },
  ];
}

const AUTHORITY = ['governance', 'agent_authority'] as const;

function authority(spec: unknown): Complaint[] {
  const allowed = list(spec, ...AUTHORITY, 'allowed_operations');
  const forbidden = list(spec, ...AUTHORITY, 'forbidden_operations');
  const asked = list(spec, ...AUTHORITY, 'requires_approval').map((rule) => at(rule, 'operation'));
  const complaints: Complaint[] = [];
  for (const [index, operation] of allowed.entries()) {
    const path = [...AUTHORITY, 'allowed_operations', index];
    if (isNever(operation)) complaints.push(neverComplaint(operation, path));
    else if (forbidden.includes(operation)) {
      complaints.push({
        code: 'AllowedAndForbidden',
        path,
        found: `${shown(operation)} in allowed_operations and in forbidden_operations`,
        expected: 'each operation in one of the two lists',
        fix: `remove ${shown(operation)} from one of the two`,
      });
    }
  }
  for (const [index, operation] of asked.entries()) {
    if (isNever(operation))
      complaints.push(neverComplaint(operation, [...AUTHORITY, 'requires_approval', index, 'operation']));
  }
  return complaints;
}

const isNever = (operation: unknown): boolean => NEVER.some((name) => name === operation);

const neverComplaint = (operation: unknown, path: Path): Complaint => ({
  code: 'NeverAllowed',
  path,
  found: shown(operation),
  expected: 'an operation that can be granted; this one can only be forbidden',
  fix: `remove ${shown(operation)} here; it may stand in forbidden_operations`,
});

function conditions(spec: unknown): Complaint[] {
  return list(spec, ...AUTHORITY, 'requires_approval').flatMap((rule, index) => {
    const condition = text(rule, 'condition');
    if (condition === undefined || condition === '') return [];
    const checked = checkCondition(condition);
    if (checked.ok) return [];
    const path = [...AUTHORITY, 'requires_approval', index, 'condition'];
    return [
      {
        code: 'InvalidCondition',
        path,
        found: shown(condition),
        expected: 'a CEL expression that is true or false, such as target_replicas > max_replicas, or always',
        fix: CONDITION_HELP,
        message: `${pathText(path)}: ${checked.error}, in the condition ${shown(condition)}`,
      },
    ];
  });
}

function checks(spec: unknown): Complaint[] {
  const names = new Set<string>();
  return list(spec, 'verification', 'checks').flatMap((check, index): Complaint[] => {
    const name = text(check, 'name');
    const path: Path = ['verification', 'checks', index];
    if (name === undefined) return [];
    if (names.has(name)) {
      const fix = 'rename or remove one of them (signal: says what is measured)';
      return [
        {
          code: 'DuplicateName',
          path: [...path, 'name'],
          found: `a second check named ${shown(name)}`,
          expected: 'each name once',
          fix,
        },
      ];
    }
    names.add(name);
    const signal = text(check, 'signal') ?? name;
    if (!isSignal(signal)) {
      if (text(check, 'signal') !== undefined) return [];
      const near = nearest(name, SIGNALS);
      return [
        {
          code: 'UnknownSignal',
          path: [...path, 'name'],
          found: shown(name),
          expected: `one of ${SIGNALS.join(', ')}, or a signal beside the name`,
          fix: near === undefined ? `add signal: with one of ${SIGNALS.join(', ')}` : `write ${near}`,
        },
      ];
    }
    const target = text(check, 'target');
    if (target === undefined) return [];
    const parsed = parseCheckTarget(signal, target);
    if (parsed.ok) return [];
    const fix = `write ${parsed.error.replace(/^.*such as /, '')}`;
    return [{ code: 'InvalidCheck', path: [...path, 'target'], found: shown(target), expected: parsed.error, fix }];
  });
}

/** Also used for the global rules, whose freeze windows have the same form. */
export function calendars(spec: unknown): Complaint[] {
  return list(spec, 'freeze').flatMap((window, index) => {
    const cron = text(window, 'cron');
    if (cron === undefined) return [];
    const zone = text(window, 'time_zone');
    const checked = checkCalendar(cron, zone ?? 'UTC');
    if (checked.ok) return [];
    const inZone = checked.error.startsWith('unknown time zone');
    return [
      {
        code: 'InvalidCalendar',
        path: ['freeze', index, inZone ? 'time_zone' : 'cron'],
        found: shown(inZone ? zone : cron),
        expected: inZone ? 'an IANA time zone such as Europe/Berlin' : `five cron fields (${checked.error})`,
        fix: inZone
          ? 'write the IANA name, or leave time_zone out for UTC'
          : 'write minute, hour, day, month and weekday, for example 0 18 * * 5',
      },
    ];
  });
}

export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = Object.getOwnPropertyDescriptor(current, part)?.value;
  }
  return current;
}

function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

function list(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  // The cap is the schema's: what lies beyond it has a fault of its own.
  return Array.isArray(found) ? found.slice(0, 64) : [];
}
