import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export interface ProcessMetricsOptions {
  readonly version: string;
  /** `controller+executor`. */
  readonly roles: string;
}

/** Gauges that prom-client names as counters; `promtool check metrics` refuses such names. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export interface ProcessMetrics {
  readonly registry: Registry;
  /** The clock of the machine was set. */
  clockStepped(): void;
}

/** The registry of one process, with what says which process it is and how it fares. */
export function processMetrics({ version, roles }: ProcessMetricsOptions): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const build = new Gauge({
    name: 'fairlead_build_info',
    help: 'Always 1; the labels say which build runs, in which roles.',
    labelNames: ['version', 'roles', 'node'],
    registers: [registry],
  });
  build.set({ version, roles, node: process.version }, 1);
  const steps = new Counter({
    name: 'fairlead_clock_steps_total',
    help: 'How often the clock of the machine was set by more than a second while the process ran.',
    registers: [registry],
  });
  return { registry, clockStepped: () => steps.inc() };
}
