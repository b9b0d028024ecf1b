import type { Assessment } from './assessment.ts';
import type { Blueprint, GlobalRules } from './blueprint.ts';
import type { Counters, Hold } from './counters.ts';
import type { FleetFacts } from './fleet.ts';
import type { Request } from './request.ts';
import type { Workload } from './workload.ts';

export const RULE_IDS = [
  'G0',
  'G1',
  'G2',
  'G3',
  'G4',
  'G5',
  'G6',
  'G7',
  'G8',
  'G9',
  'G10',
  'G11',
  'G12',
  'G13',
  'G14',
  'G15',
  'G16',
  'G17',
  'G18',
  'G19',
  'G20',
  'G21',
  'G22',
  'G23',
] as const;
export type RuleId = (typeof RULE_IDS)[number];

/** One rule's answer with the values that decided. Codes are CamelCase and stable: the journal, `why` and metrics use the same word. */
export interface Finding {
  readonly rule: RuleId;
  readonly code: string;
  /** note: recorded, decides nothing. */
  readonly effect: 'forbid' | 'restrict' | 'wait' | 'note';
  /** One sentence for a person, with both values compared. */
  readonly message: string;
  readonly values: Readonly<Record<string, string>>;
  /** wait: not before this instant (ms); absent means until the condition clears. */
  readonly notBefore?: number;
  /** restrict: the groups that may approve. */
  readonly approvers?: readonly string[];
}

export type Authority = 'allowed' | 'restricted' | 'forbidden';

/** The gate's answer. `wait` and `authority` are separate: an allowed request that must wait is deferred. */
export interface Verdict {
  readonly requestId: string;
  /** The operation the call is by its effect, or the tool's own name when it is none. */
  readonly operation: string;
  readonly authority: Authority;
  /** Something says not now: not before `until` (ms), or until it clears. */
  readonly wait?: { readonly until?: number; readonly codes: readonly string[] };
  readonly approvers: readonly string[];
  readonly findings: readonly Finding[];
  readonly at: number;
  readonly blueprint?: { readonly name: string; readonly version: string; readonly hash: string };
  /** Of a scale: the value one write may go to now (G8); equals the wanted value when one step suffices. */
  readonly step?: number;
}

/** An approval whose signatures, groups, quorum, expiry and single use the executor has checked. Lifts `restrict` only. */
export interface CheckedApproval {
  readonly name: string;
  readonly operation: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly blueprintHash: string;
}

/**
 * Everything the gate may look at: plain JSON, recorded whole in the journal, so that `fairlead audit replay` can decide
 * again from the record alone. What could not be read is `undefined`, and every rule that needs it answers for the
 * worst case with the code `NoData`.
 */
export interface GateInput {
  readonly now: number;
  readonly request: Request;
  /** undefined: no blueprint governs the target: forbidden. */
  readonly blueprint?: Blueprint;
  readonly global?: GlobalRules;
  readonly workload?: Workload;
  readonly assessment?: Assessment;
  readonly counters?: Counters;
  /** Holds of the service, its namespace and the cluster; undefined when unreadable, which means stopped. */
  readonly holds?: readonly Hold[];
  readonly approval?: CheckedApproval;
  /** How many objects matched the target: anything but 1 is refused (G14). */
  readonly matches: number;
  /** The admission policy is installed: it would refuse a Deployment without the managed label as well. */
  readonly admission: boolean;
  /** Our own namespace. */
  readonly ownNamespace: string;
  /** Instants at which a freeze window is in force now, computed from the calendar by the caller; `broken` fails closed. */
  readonly frozen?: { readonly until: number; readonly reason: string } | { readonly broken: string };
  /** The other services, and what all share; undefined when nothing of it could be read. */
  readonly fleet?: FleetFacts;
}
