import { Gauge, type Registry } from 'prom-client';
import type { PHASES } from '../../schema/phases.ts';

export const BREAKER_STATES = ['closed', 'open', 'half-open', 'held', 'frozen'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];
type Phase = (typeof PHASES)[number];

/** What stands in the records now, as this process sees it. Every process that watches them says the same. */
export interface State {
  /** Of the services that a pass looked at; none while standing by. */
  readonly services: { readonly governed: number; readonly blind: number; readonly refused: number };
  readonly breakers: Readonly<Record<BreakerState, number>>;
  /** The services among them that are not closed. */
  readonly notClosed: readonly { readonly namespace: string; readonly service: string; readonly state: BreakerState }[];
  readonly holds: { readonly pause: number; readonly stop: number };
  readonly approvals: { readonly pending: number; readonly oldestMs: number };
  /** Open Decisions. */
  readonly decisions: ReadonlyMap<Phase, { readonly count: number; readonly oldestMs: number }>;
  readonly leases: ReadonlyMap<string, boolean>;
  /** Of a gateway's notices: how many jobs by what becomes of them; undefined: no gateway, or no answer. */
  readonly notices?: {
    readonly state: 'up' | 'down' | 'off';
    readonly jobs: Readonly<Record<string, number>>;
    readonly dead: number;
  };
}

/** More services in trouble than this are counted and no longer named: each name is a series. */
const MOST_NAMED = 200;

/** Gauges that are read off the records when somebody asks: nothing keeps them up to date in between. */
export class StateGauges {
  readonly #gauges: readonly Gauge<string>[];
  readonly #set: (state: State) => void;

  constructor(registry: Registry) {
    const gauges: Gauge<string>[] = [];
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> => {
      const made = new Gauge({ name, help, labelNames, registers: [registry] });
      gauges.push(made);
      return made;
    };
    const services = gauge(
      'fairlead_services',
      'Services by standing: governed (all that a pass looked at), blind (something of it cannot be read), refused (its newest blueprint is not in force).',
      'standing',
    );
    const breakers = gauge('fairlead_breakers', 'Services by the state of their breaker.', 'state');
    const notClosed = gauge(
      'fairlead_breaker_not_closed',
      'Always 1: a service whose breaker is not closed, and how it stands. The first 200 of them.',
      'namespace',
      'service',
      'state',
    );
    const holds = gauge('fairlead_holds', 'Pauses and stops that people set and that are in force.', 'kind');
    const pending = gauge('fairlead_approvals_pending', 'Approval requests that wait for people.');
    const oldest = gauge(
      'fairlead_approvals_oldest_seconds',
      'How long the oldest approval request waits for people; 0 for none.',
    );
    const open = gauge('fairlead_decisions_open', 'Decisions that have not come to their end, by phase.', 'phase');
    const openFor = gauge(
      'fairlead_decisions_open_oldest_seconds',
      'Age of the oldest open Decision, by phase.',
      'phase',
    );
    const lease = gauge('leader_election_master_status', '1 while this process holds the Lease of that name.', 'name');
    const queue = gauge('fairlead_notice_queue', '1 for the state of the queue of notices (off: no Redis).', 'state');
    const jobs = gauge('fairlead_notice_jobs', 'Jobs in the queue of notices by what becomes of them.', 'state');
    const dead = gauge('fairlead_notice_dead_jobs', 'Notices that were tried to the last, and that nobody got.');
    this.#gauges = gauges;
    const each = (to: Gauge<string>, label: string, counts: Readonly<Record<string, number>>): void => {
      for (const [value, count] of Object.entries(counts)) to.set({ [label]: value }, count);
    };
    const setNotices = ({ state, jobs: counts, dead: lost }: NonNullable<State['notices']>): void => {
      each(queue, 'state', { up: 0, down: 0, off: 0, [state]: 1 });
      each(jobs, 'state', counts);
      dead.set(lost);
    };
    this.#set = (state) => {
      each(services, 'standing', state.services);
      each(breakers, 'state', state.breakers);
      each(holds, 'kind', state.holds);
      each(lease, 'name', Object.fromEntries([...state.leases].map(([name, held]) => [name, held ? 1 : 0])));
      for (const one of state.notClosed.slice(0, MOST_NAMED)) notClosed.set(one, 1);
      pending.set(state.approvals.pending);
      oldest.set(state.approvals.oldestMs / 1000);
      for (const [phase, { count, oldestMs }] of state.decisions) {
        open.set({ phase }, count);
        openFor.set({ phase }, oldestMs / 1000);
      }
      if (state.notices !== undefined) setNotices(state.notices);
    };
  }

  set(state: State): void {
    for (const gauge of this.#gauges) gauge.reset();
    this.#set(state);
  }
}
