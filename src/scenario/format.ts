import { z } from 'zod';
import { Assertion } from './expectation.ts';
import { StimulusEvent } from './stimulusFormat.ts';
import { Turn } from './turn.ts';

/** The scenario format, version 1. Objects that the format leaves open are `anything` here and read by loose.ts. */
const anything = z.record(z.string(), z.unknown());

const Deployment = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  replicas: z.int().min(0),
  ready: z.int().min(0),
  image: z.string(),
  resources: anything,
  pod_state: anything.optional(),
  revisions: z.array(z.unknown()).optional(),
  rollout: anything.optional(),
  annotations: anything.optional(),
  labels: anything.optional(),
  env: anything.optional(),
});
export type ScenarioDeployment = z.infer<typeof Deployment>;

const Time = z.strictObject({
  tick_seconds: z.literal(15),
  ticks: z.int().min(1).max(5000),
  start: z.iso
    .datetime({ error: 'expected an instant in UTC such as 2026-01-09T18:00:00Z' })
    .optional()
    .describe('When tick 0 is, in UTC. By default shortly after midnight of a Monday, 2026-01-05.'),
});

const Cluster = z.strictObject({
  namespaces: z.array(z.string()),
  deployments: z.array(Deployment).min(1),
  hpas: z.array(z.unknown()).optional(),
  pdbs: z.array(z.unknown()).optional(),
  quotas: z.array(z.unknown()).optional(),
  configmaps: z.array(z.unknown()).optional(),
  events: z.array(z.unknown()).optional(),
  capacity: z
    .strictObject({
      nodes: z.int().optional(),
      cpu_per_node: z.string().optional(),
      memory_per_node: z.string().optional(),
    })
    .optional(),
});

export const TargetText = z.string().regex(/^(\*|cluster|[a-z0-9-]+\/[a-z0-9-]+)$/);

const PlantLoad = z.strictObject({
  target: TargetText,
  rps: z.unknown(),
  cpu_m_per_rps: z.number().optional(),
  cpu_m_idle: z.number().optional(),
  cpu_m_fixed_per_pod: z.number().optional(),
  latency_ms_base: z.number().optional(),
  error_pct_base: z.number().optional(),
  max_rps_per_pod: z.number().optional(),
  mem_mi_base: z.number().optional(),
  mem_leak_mi_per_tick: z.number().optional(),
  by_image: anything.optional(),
});
export type PlantLoad = z.infer<typeof PlantLoad>;

const Plant = z.strictObject({
  loads: z.array(PlantLoad).optional(),
  series: z.array(z.looseObject({ target: z.string() })).optional(),
  images: anything.optional(),
  hpa_controller: z.boolean().optional(),
  couplings: z.array(z.unknown()).optional(),
  ready_after_ticks: z.int().optional(),
});

/** Only its frame: the product's own loader reads it, so that a bad blueprint can be part of a scenario. */
const BoundBlueprint = z.strictObject({
  applies_to: z.strictObject({ namespace: z.string(), deployment: z.string() }),
  blueprint: z.looseObject({ metadata: z.looseObject({ name: z.string() }), spec: anything }),
});
export type BoundBlueprint = z.infer<typeof BoundBlueprint>;

export const Polarity = z.enum(['act', 'answer', 'refrain']);
export type Polarity = z.infer<typeof Polarity>;

export const Scenario = z.strictObject({
  id: z.string().regex(/^(auto|chat|appr|inj|fault|conf)-[0-9]{2}-[a-z0-9-]+$/),
  title: z.string(),
  category: z.enum(['autonomous', 'chat', 'approval', 'injection', 'fault', 'conflict']),
  polarity: Polarity,
  tags: z.array(z.string()),
  source: z.array(z.strictObject({ repo: z.string(), path: z.string().optional() })).min(1),
  time: Time,
  model: z.strictObject({
    mode: z.enum(['live', 'scripted']),
    script: z.array(Turn).optional(),
    worst_case: z.array(Turn).optional(),
  }),
  cluster: Cluster,
  plant: Plant,
  blueprints: z.array(BoundBlueprint).min(1),
  stimulus: z.array(StimulusEvent),
  expect: z.array(Assertion).min(1),
  why: z.string(),
  notes: z.string().optional(),
});
export type Scenario = z.infer<typeof Scenario>;
