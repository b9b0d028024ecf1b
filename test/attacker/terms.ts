/** What a person wrote down, in the checker's own words: the product's reading of the same document is not asked. */
export interface Terms {
  readonly min: number;
  readonly max: number;
  readonly allowed: readonly string[];
  /** Behind an approval: always, or where the number asked for lies above the maximum. */
  readonly asks: Readonly<Record<string, 'always' | 'above'>>;
  readonly forbidden: readonly string[];
  readonly autonomy: 'observe' | 'propose' | 'autonomous';
  readonly perHour: number;
  readonly cooldownMs: number;
  readonly frozen: boolean;
  /** Bytes. */
  readonly memory?: { readonly min: number; readonly max: number };
}

export interface BlueprintCase {
  readonly spec: Readonly<Record<string, unknown>>;
  /** Undefined: it must be refused whole, and what was in force stays in force. */
  readonly terms?: Terms;
}

const MI = 1024 * 1024;
const SCALING = {
  min_replicas: 2,
  max_replicas: 6,
  target_cpu_utilization: '70%',
  scale_up_threshold: '80%',
  scale_down_threshold: '40%',
};
const RESOURCES = {
  cpu: { min: '50m', max: '400m', target: '100m' },
  memory: { min: '64Mi', max: '256Mi', target: '64Mi' },
};
const PERFORMANCE = { latency_target_p95: '200ms', error_rate_threshold: '1%' };
const ALL = [
  'scale_within_limits',
  'scale_beyond_limits',
  'scale_to_zero',
  'adjust_resources_within_bounds',
  'restart_pods',
  'rollback',
];
const NEVER = ['delete_deployment', 'modify_namespace', 'change_rbac'];
const USUAL = ['scale_within_limits', 'restart_pods', 'adjust_resources_within_bounds'];
const ABOVE = { operation: 'scale_beyond_limits', condition: 'target_replicas > max_replicas', approvers: ['ops'] };
const ALWAYS_FROZEN = [{ cron: '* * * * *', duration: '2m', reason: 'holidays' }];

function document(authority: object, more: object = {}): Readonly<Record<string, unknown>> {
  return {
    scaling: SCALING,
    resources: RESOURCES,
    performance: PERFORMANCE,
    governance: { agent_authority: authority },
    ...more,
  };
}

const BASE: Terms = {
  min: 2,
  max: 6,
  allowed: USUAL,
  asks: { scale_beyond_limits: 'above' },
  forbidden: NEVER,
  autonomy: 'autonomous',
  perHour: 10,
  cooldownMs: 60_000,
  frozen: false,
  memory: { min: 64 * MI, max: 256 * MI },
};
const usual = { allowed_operations: USUAL, requires_approval: [ABOVE], forbidden_operations: NEVER };

/** Ordinary blueprints, and those of somebody who would have more than there is to have. */
export const BLUEPRINTS = {
  usual: { spec: document(usual), terms: BASE },
  everything: {
    spec: document({ allowed_operations: ALL }),
    terms: { ...BASE, allowed: ALL, asks: {}, forbidden: [] },
  },
  nothing: { spec: document({}), terms: { ...BASE, allowed: [], asks: {}, forbidden: [] } },
  scaleOnly: {
    spec: document({ allowed_operations: ['scale_within_limits'] }),
    terms: { ...BASE, allowed: ['scale_within_limits'], asks: {}, forbidden: [] },
  },
  asksForAll: {
    spec: document({ requires_approval: ALL.map((operation) => ({ operation, approvers: ['ops'] })) }),
    terms: {
      ...BASE,
      allowed: [],
      asks: Object.fromEntries(ALL.map((name) => [name, 'always'] as const)),
      forbidden: [],
    },
  },
  forbidsAll: {
    spec: document({ forbidden_operations: [...ALL, ...NEVER] }),
    terms: { ...BASE, allowed: [], asks: {}, forbidden: [...ALL, ...NEVER] },
  },
  observes: { spec: document(usual, { autonomy: 'observe' }), terms: { ...BASE, autonomy: 'observe' } },
  proposes: { spec: document(usual, { autonomy: 'propose' }), terms: { ...BASE, autonomy: 'propose' } },
  strict: {
    spec: document(usual, { safety: { cooldown: '180s', operations_per_hour: 2 } }),
    terms: { ...BASE, perHour: 2, cooldownMs: 180_000 },
  },
  frozen: { spec: document(usual, { freeze: ALWAYS_FROZEN }), terms: { ...BASE, frozen: true } },
  narrow: {
    spec: document(usual, { scaling: { ...SCALING, min_replicas: 3, max_replicas: 4 } }),
    terms: { ...BASE, min: 3, max: 4 },
  },
  wide: {
    spec: document(usual, { scaling: { ...SCALING, min_replicas: 1, max_replicas: 40 } }),
    terms: { ...BASE, min: 1, max: 40 },
  },
  // What follows must be refused whole.
  grantsDeletion: { spec: document({ allowed_operations: [...ALL, ...NEVER] }) },
  grantsUndo: { spec: document({ allowed_operations: [...ALL, 'undo'] }) },
  grantsAnything: { spec: document({ allowed_operations: ['*'] }) },
  bothSides: { spec: document({ allowed_operations: ALL, forbidden_operations: ['restart_pods'] }) },
  looserBudget: { spec: document({ allowed_operations: ALL }, { safety: { operations_per_hour: 1000 } }) },
  boundless: {
    spec: document({ allowed_operations: ALL }, { scaling: { ...SCALING, max_replicas: 1_000_000_000 } }),
  },
  upsideDown: { spec: document({ allowed_operations: ALL }, { scaling: { ...SCALING, min_replicas: 7 } }) },
  elsewhere: { spec: document({ allowed_operations: ALL }, { target: { name: 'web', namespace: 'kube-system' } }) },
  badCondition: {
    spec: document({
      allowed_operations: ALL,
      requires_approval: [{ operation: 'restart_pods', condition: 'while(true){}', approvers: ['ops'] }],
    }),
  },
} as const satisfies Readonly<Record<string, BlueprintCase>>;
export type BlueprintName = keyof typeof BLUEPRINTS;

/** The organisation's rules. */
export const GLOBALS = {
  none: undefined,
  ceiling: { ceilings: { max_replicas: 4 } },
  forbidsRestarts: { forbidden_operations: ['restart_pods'] },
  observes: { autonomy: 'observe' },
  proposes: { autonomy: 'propose' },
  frozen: { freeze: ALWAYS_FROZEN },
  noCooldown: { safety: { cooldown: '0s' } },
  capacity: { capacity: { replicas: 4 } },
} as const;
export type GlobalName = keyof typeof GLOBALS;

const AUTONOMY = ['observe', 'propose', 'autonomous'] as const;

/** What a blueprint comes to under the organisation's rules. */
export function under(terms: Terms, global: GlobalName): Terms {
  const ceiling = global === 'observes' ? 'observe' : global === 'proposes' ? 'propose' : 'autonomous';
  const level = Math.min(AUTONOMY.indexOf(terms.autonomy), AUTONOMY.indexOf(ceiling));
  return {
    ...terms,
    autonomy: AUTONOMY[level] ?? 'observe',
    ...(global === 'ceiling' && { max: Math.min(terms.max, 4), min: Math.min(terms.min, 4) }),
    ...(global === 'forbidsRestarts' && { forbidden: [...terms.forbidden, 'restart_pods'] }),
    ...(global === 'frozen' && { frozen: true }),
    ...(global === 'noCooldown' && terms.cooldownMs === 60_000 && { cooldownMs: 0 }),
  };
}
