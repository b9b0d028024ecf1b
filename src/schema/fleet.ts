import { z } from 'zod';

/** One write that took a slot of the fleet. `inFlight` until the service's own slot is free again. Instants in ms. */
export const FleetOperation = z.object({
  at: z.int(),
  /** `namespace/name` of its Blueprint. */
  service: z.string().max(320),
  decision: z.string().max(100),
  changeId: z.string().max(120),
  /** Takes capacity away, if only for a while. False: a scale-up that drew on the shared capacity. */
  disruptive: z.boolean(),
  inFlight: z.boolean(),
  /** Replicas it goes to: counted as used from the moment the slot is taken. */
  replicas: z.int().min(0).optional(),
});
export type FleetOperation = z.infer<typeof FleetOperation>;

/** What halts the whole fleet and was told to people, since when (ms): once a halt, whatever restarts. */
export const ToldHalt = z.object({ key: z.string().max(120), at: z.int() });
export type ToldHalt = z.infer<typeof ToldHalt>;

/** What all services share, in the status of the CircuitBreaker `fleet` in our own namespace. Operations are kept for an hour. */
export const FleetCounters = z.object({
  operations: z.array(FleetOperation).max(1000),
  told: z.array(ToldHalt).max(16).optional(),
});
export type FleetCounters = z.infer<typeof FleetCounters>;

export const NEW_FLEET: FleetCounters = { operations: [] };

/** What capacity is counted in: the whole of it, or what it needs, or what is used. CPU in millicores, memory in bytes. */
export interface Amount {
  readonly replicas: number;
  readonly cpu: number;
  readonly memory: number;
}

/** A service that asks for more now and that nothing of its own holds back. */
export interface Claim {
  /** `namespace/name` of its Blueprint. */
  readonly service: string;
  readonly priority: 'high' | 'medium' | 'low';
  readonly criticality: 'critical' | 'standard';
  /** How badly its objectives are missed: the worst value as a multiple of its target; 0 when none is. */
  readonly missed: number;
  /** Replicas more than it has; 0 when it only waits for pods that it asked for already. */
  readonly asks: number;
  /** What one of its replicas needs. */
  readonly each: Amount;
  /** It has pods that find no room on any node, or asks while the nodes have no room for all that ask. */
  readonly pending: boolean;
}

/** How the services together, the nodes and the API server do (G13). */
export interface FleetHealth {
  /** `namespace/name` of some that miss an objective or have no ready pod, and of some of which nothing is known. */
  readonly unhealthy: number;
  readonly blind: number;
  readonly examples: readonly string[];
  /** Undefined when nodes cannot be read. */
  readonly nodes?: { readonly total: number; readonly notReady: number };
  /** Calls of this process in the last five minutes. */
  readonly api: { readonly calls: number; readonly failures: number };
  /** When it was last seen to be ill; undefined when this process never saw it so. */
  readonly illAt?: number;
}

/** Everything about the other services that the gate looks at; absent parts could not be read. */
export interface FleetFacts {
  /** Services with a blueprint in force and a target. */
  readonly services: number;
  readonly counters?: FleetCounters;
  readonly health?: FleetHealth;
  /** Of all governed services together, with what is promised to changes in flight. */
  readonly used?: Amount;
  /** The first of those that ask for more, in the order in which they are served. */
  readonly claims: readonly Claim[];
}
