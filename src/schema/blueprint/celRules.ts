import type { CelRule } from '../crdSchema.ts';
import { NEVER } from '../operation.ts';
import { SIGNALS } from './checkTarget.ts';

/**
 * The rules of rules.ts that the API server can judge, in its language, keyed by their place in the spec: so that `kubectl
 * apply` refuses what `fairlead validate` refuses. Conditions and calendars it cannot read; the executor judges those and
 * says so in the Accepted condition.
 */
export const BLUEPRINT_RULES: Readonly<Record<string, readonly CelRule[]>> = {
  scaling: [
    {
      rule: 'self.min_replicas <= self.max_replicas',
      message: 'min_replicas is above max_replicas: lower min_replicas or raise max_replicas',
      messageExpression:
        "'found %d, expected at most max_replicas, which is %d: lower min_replicas or raise max_replicas'.format([self.min_replicas, self.max_replicas])",
      fieldPath: '.min_replicas',
    },
    threshold('scale_up_threshold', '>=', 'at least'),
    threshold('scale_down_threshold', '<', 'below'),
  ],
  'resources.cpu': quantityRules(),
  'resources.memory': quantityRules(),
  'governance.agent_authority': [
    {
      rule: '!has(self.allowed_operations) || !has(self.forbidden_operations) || !self.allowed_operations.exists(o, o in self.forbidden_operations)',
      message: 'an operation stands in allowed_operations and in forbidden_operations: remove it from one of the two',
      fieldPath: '.allowed_operations',
    },
    {
      rule: `!has(self.allowed_operations) || !self.allowed_operations.exists(o, o in ${celList(NEVER)})`,
      message: `${NEVER.join(', ')} can only be forbidden: remove them from allowed_operations`,
      fieldPath: '.allowed_operations',
    },
    {
      rule: `!has(self.requires_approval) || !self.requires_approval.exists(r, r.operation in ${celList(NEVER)})`,
      message: `${NEVER.join(', ')} can only be forbidden: remove them from requires_approval`,
      fieldPath: '.requires_approval',
    },
  ],
  'verification.checks.[]': [
    {
      rule: `has(self.signal) || self.name in ${celList(SIGNALS)}`,
      message: `the name is no signal: use one of ${SIGNALS.join(', ')}, or add signal with one of them`,
      fieldPath: '.name',
    },
    {
      rule: "(has(self.signal) ? self.signal : self.name) != 'latency_p95' || self.target.matches('^ *(<|<=|>|>=) *([0-9.]+(h|m|s|ms))+ *$')",
      message: 'expected a comparison with a duration, such as "< 200ms"',
      fieldPath: '.target',
    },
    {
      rule: "(has(self.signal) ? self.signal : self.name) == 'latency_p95' || self.target.matches('^ *(<|<=|>|>=) *[0-9.]+% *$')",
      message: 'expected a comparison with a percentage, such as "< 1%"',
      fieldPath: '.target',
    },
  ],
};

export const OBJECT_RULES: readonly CelRule[] = [
  { rule: 'self.metadata.name.size() <= 63', message: 'the name of a Blueprint has at most 63 characters' },
];

export const GLOBAL_RULES: readonly CelRule[] = [
  {
    rule: "self.metadata.name == 'default'",
    message: 'only the ClusterBlueprint named default counts: name it default',
  },
];

// A value of the wrong form has a fault of its own; a rule that failed on it would only add noise.
function threshold(field: string, operator: '>=' | '<', words: string): CelRule {
  const target = "(has(self.target_cpu_utilization) ? self.target_cpu_utilization : '70%')";
  const isPercentage = (value: string): string => `${value}.matches('^[0-9.]{1,12}%$')`;
  const number = (value: string): string => `double(${value}.replace('%', ''))`;
  return {
    rule: `!has(self.${field}) || !${isPercentage(`self.${field}`)} || !${isPercentage(target)} || ${number(`self.${field}`)} ${operator} ${number(target)}`,
    message: `${field} is expected ${words} target_cpu_utilization (default 70%): keep scale_down_threshold < target_cpu_utilization <= scale_up_threshold`,
    fieldPath: `.${field}`,
  };
}

function quantityRules(): readonly CelRule[] {
  const readable = 'isQuantity(self.min) && isQuantity(self.max)';
  const ordered = 'quantity(self.min).compareTo(quantity(self.max)) <= 0';
  const inside =
    'quantity(self.target).compareTo(quantity(self.min)) >= 0 && quantity(self.target).compareTo(quantity(self.max)) <= 0';
  return [
    {
      rule: `!(${readable}) || ${ordered}`,
      message: 'min is above max: lower min or raise max',
      messageExpression:
        "'found %s, expected at most max, which is %s: lower min or raise max'.format([self.min, self.max])",
      fieldPath: '.min',
    },
    {
      rule: `!(${readable} && isQuantity(self.target)) || !(${ordered}) || (${inside})`,
      message: 'target is outside min..max: move it inside, or widen the bounds',
      messageExpression:
        "'found %s, expected a value from min to max, which are %s and %s'.format([self.target, self.min, self.max])",
      fieldPath: '.target',
    },
  ];
}

function celList(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`;
}
