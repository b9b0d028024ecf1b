import type { Registry } from 'prom-client';
import { MeteredOps } from '../../src/faces/cli/roles/ops.ts';
import { code, codes, page, table } from './markdown.ts';

/** `docs/reference/metrics.md`: every series of the ops port. */
export function metricsPage(): string {
  const own = metricsOf(everythingMetered());
  const rest = own.filter(({ name }) => /^(?:process|nodejs)_/.test(name) && !ON_LINUX.includes(name));
  return page(
    'Metrics',
    'Every metric that a process of Fairlead exports at `/metrics` of its ops port.',
    'How to scrape them, and what the counts mean over several processes: [MONITORING.md](../MONITORING.md). Values of labels come from',
    'closed lists; what is in none of them is `other`. A histogram has `_bucket`, `_sum` and `_count` behind its name.',
    '',
    ...table(
      ['Metric', 'Type', 'Labels', 'Says'],
      own
        .filter(({ name }) => !/^(?:process|nodejs)_/.test(name))
        .map(({ name, type, labelNames, help }) => [
          code(name),
          type,
          labelNames.length === 0 ? 'none' : codes(labelNames),
          help,
        ]),
    ),
    '## Of the process itself',
    '',
    ...table(
      ['Metric', 'Type', 'Says'],
      rest.map(({ name, type, help }) => [code(name), type, help]),
    ),
    `On Linux also ${codes(ON_LINUX)}.`,
  );
}

/** What only that system tells, so that the page is the same wherever it is written. */
const ON_LINUX = ['process_heap_bytes', 'process_max_fds', 'process_open_fds', 'process_virtual_memory_bytes'];

/** The meters as a process puts them around its parts; nothing runs, and nothing is read. */
function everythingMetered(): Registry {
  const ops = new MeteredOps({ roles: ['controller'], dataDir: '.', unasked: false });
  ops.metrics({ read: async () => ({ source: '', usage: [], objects: [], failures: [] }) });
  return ops.registry;
}

interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

function metricsOf(registry: Registry): readonly Metric[] {
  return registry
    .getMetricsAsArray()
    .map(({ name, type, help, ...rest }) => {
      const labelNames = 'labelNames' in rest && Array.isArray(rest.labelNames) ? rest.labelNames.map(String) : [];
      return { name, type: String(type), help, labelNames: labelNames.filter((label) => label !== 'le') };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
