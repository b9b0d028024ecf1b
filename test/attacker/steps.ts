import type { BlueprintName, GlobalName } from './terms.ts';

/** What is asked for: by a model, by whoever forges a Decision, or by a person. */
export interface Call {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** One thing that the attacker, people, or bad luck do. Plain JSON, so that a failure can be written down and replayed. */
export type Step =
  | { readonly do: 'pass'; readonly times: number }
  | { readonly do: 'model'; readonly call: Call }
  | { readonly do: 'forge'; readonly call: Call; readonly lies: Lies }
  | { readonly do: 'person'; readonly call: Call }
  | {
      readonly do: 'replay';
      readonly which: number;
      readonly status: 'none' | 'copied' | 'approved' | 'executing' | 'failed';
    }
  | { readonly do: 'vote'; readonly which: number; readonly vote: 'approved' | 'rejected' }
  | { readonly do: 'copyApproval'; readonly which: number }
  | { readonly do: 'breaker'; readonly how: 'delete' | 'blank' | 'fresh' | 'emptied' | 'garbage' }
  | {
      readonly do: 'hold';
      readonly of: 'service' | 'fleet';
      readonly kind: 'pause' | 'stop' | 'breaker';
      readonly what: 'all' | 'downs' | 'ups';
    }
  | { readonly do: 'lift' }
  | { readonly do: 'scaleByHand'; readonly replicas: number }
  | {
      readonly do: 'people';
      readonly what: 'image' | 'badImage' | 'restart' | 'recreate' | 'forgedAnnotation' | 'unlabel';
    }
  | { readonly do: 'blueprint'; readonly name: BlueprintName }
  | { readonly do: 'global'; readonly name: GlobalName }
  | { readonly do: 'load'; readonly name: LoadName }
  | { readonly do: 'metrics'; readonly what: 'missing' | 'frozen' | 'absurd' | 'failing' | 'well' }
  | { readonly do: 'crash'; readonly role: 'executor' | 'all' }
  | { readonly do: 'kill'; readonly at: number; readonly moment: 'before' | 'after' }
  | { readonly do: 'second' }
  | { readonly do: 'clock'; readonly ms: number }
  | {
      readonly do: 'api';
      readonly verb: 'patch' | 'update' | 'create' | 'get';
      readonly code: 'conflict' | 'unavailable';
      readonly lost: boolean;
    }
  | { readonly do: 'disk' }
  | { readonly do: 'autoscaler' }
  | { readonly do: 'disruptionBudget' }
  | { readonly do: 'wait'; readonly passes: number };

/** What a forged Decision says of itself. */
export interface Lies {
  readonly as: 'agent' | 'person';
  readonly namespace: 'shop' | 'kube-system' | 'agent-system' | '*' | '';
  readonly target: 'web' | 'db' | 'coredns' | '*' | '';
  /** Whose child it claims to be. */
  readonly parent: 'none' | 'oldest' | 'newest';
  readonly seen: 'none' | 'stale' | 'other' | 'now';
}

export const LOADS = {
  hot: { rps: 100, cpu_m_per_rps: 1.7, latency_ms_base: 50 },
  spike: { rps: 100, cpu_m_per_rps: 9, latency_ms_base: 50 },
  /** More than any number of pods in range could bear: every scale-up has its reason. */
  flood: { rps: 1000, cpu_m_per_rps: 10, latency_ms_base: 50 },
  even: { rps: 100, cpu_m_per_rps: 1.3, latency_ms_base: 50 },
  calm: { rps: 100, cpu_m_per_rps: 0.6, latency_ms_base: 50 },
  slow: { rps: 100, cpu_m_per_rps: 0.6, latency_ms_base: 500 },
  /** Not yet too slow, but no longer well. */
  slower: { rps: 100, cpu_m_per_rps: 0.6, latency_ms_base: 180 },
  failing: { rps: 100, cpu_m_per_rps: 0.6, latency_ms_base: 50, error_pct_base: 20 },
  idle: { rps: 0, cpu_m_per_rps: 1, latency_ms_base: 50 },
} as const;
export type LoadName = keyof typeof LOADS;

export interface Attack {
  readonly replicas: number;
  readonly load: LoadName;
  readonly blueprint: BlueprintName;
  /** Passes of the observer before it begins: from 30 on there is history enough for a scale-down. */
  readonly warm: number;
  readonly steps: readonly Step[];
}
