import type { Blueprint } from '../../src/schema/blueprint.ts';
import { mainContainer } from '../../src/schema/changeText.ts';
import { formatCpu, formatMemory } from '../../src/schema/quantity.ts';
import { AMOUNTS, type AmountName, type Amounts, type ContainerResources } from '../../src/schema/resources.ts';
import type { Container, LimitRange, Quota, Revision, Workload } from '../../src/schema/workload.ts';
import type { Draw } from './draw.ts';

const MI = 2 ** 20;

const CALM: ContainerResources = {
  requests: { cpu: '500m', memory: '512Mi' },
  limits: { cpu: '1', memory: '1Gi' },
};

type Template = Pick<Workload, 'containers' | 'current' | 'revisions' | 'quotas' | 'nodes' | 'limitRanges'>;

/** The pod template, those before it, and what it has to fit into. */
export function randomTemplate(draw: Draw): Template {
  const containers = randomContainers(draw);
  const firsts = draw.odd([3, 2, 1], () => [1, 3, 2]);
  const revisions = ['c', 'b', 'a'].map((hash, index): Revision => {
    const name = `web-${hash}`;
    const healthy = draw.odd(true, () => false);
    const ref = { revision: 3 - index, first: firsts[index] ?? 1, hash, replicaSet: name, uid: `uid-${hash}` };
    return { ...ref, images: 'web:1', healthy, containers: index === 0 ? containers : randomContainers(draw) };
  });
  const [current] = revisions;
  const part = <T extends object>(value: T): Partial<T> => draw.odd<Partial<T>>(value, () => ({}), 0.3);
  return {
    ...part({ containers }),
    ...(current === undefined ? {} : part({ current })),
    ...part({ revisions: draw.odd(revisions, () => revisions.slice(0, 1), 0.3) }),
    ...part({ quotas: draw.odd([], () => draw.list(1, 2, () => randomQuota(draw)), 2) }),
    ...part({ nodes: [draw.odd({ cpu: 8000, memory: 16_384 * MI }, () => ({ cpu: 700, memory: 700 * MI }))] }),
    ...part({ limitRanges: draw.odd([], () => [randomLimitRange(draw)]) }),
  };
}

function randomContainers(draw: Draw): Container[] {
  const resources = draw.odd(CALM, () =>
    draw.pick<ContainerResources | undefined>([
      undefined,
      { requests: { memory: '512Mi' } },
      { limits: { cpu: '1', memory: '1Gi' } },
      { requests: { cpu: '3', memory: '8Gi' }, limits: { cpu: '3', memory: '8Gi' } },
      { requests: { cpu: '50m', memory: '64Mi' } },
    ]),
  );
  const web: Container = { name: 'web', main: true, ...(resources === undefined ? {} : { resources }) };
  const mesh: Container = { name: 'mesh', main: false, resources: { requests: { cpu: '100m' } } };
  return draw.odd([web], () => draw.pick([[web, mesh], [mesh, web], [{ ...web, main: false }, mesh], []]), 0.7);
}

const randomQuota = (draw: Draw): Quota => {
  const key = draw.pick(['pods', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const);
  const unit = key === 'pods' ? 1 : key.endsWith('cpu') ? 500 : 512 * MI;
  return { name: 'quota', key, left: unit * draw.pick([0, 0, 1, 2, 10]) };
};

function randomLimitRange(draw: Draw): LimitRange {
  const resource = draw.pick(['cpu', 'memory'] as const);
  const unit = resource === 'cpu' ? 1000 : 1024 * MI;
  const type = draw.pick(['Container', 'Pod'] as const);
  const name = 'limits';
  return draw.pick<LimitRange>([
    { name, type, resource, max: unit },
    { name, type, resource, min: unit / 2 },
    { name, type, resource, maxRatio: 2 },
  ]);
}

/** Some of the four amounts, each on an edge of a step, of the bounds or of the peak. */
export function randomAmounts(draw: Draw, blueprint: Blueprint, workload: Workload): Amounts {
  const favourite = draw.pick([['memory_limit'], ['memory_request', 'memory_limit'], ['cpu_limit'], ['cpu_request']]);
  const names = draw.odd<readonly string[]>(favourite, () => AMOUNTS.filter(() => draw.chance(0.5)));
  return Object.fromEntries(
    AMOUNTS.filter((name) => names.includes(name)).map((name) => [name, randomAmount(draw, blueprint, workload, name)]),
  );
}

function randomAmount(draw: Draw, { resources }: Blueprint, workload: Workload, name: AmountName): string {
  if (draw.chance(draw.rate * 0.2)) return draw.pick(['many', '-1', '0', '']);
  const cpu = name.startsWith('cpu');
  const text = cpu ? formatCpu : (value: number) => formatMemory(Math.round(value) * MI);
  const side = name.endsWith('request') ? 'requests' : 'limits';
  const written = mainContainer(workload)?.resources?.[side]?.[cpu ? 'cpu' : 'memory'];
  const standing = side === 'requests' ? (cpu ? 500 : 512) : cpu ? 1000 : 1024;
  if (written !== undefined && draw.chance(draw.rate * 0.3)) return written;
  const bound = (cpu ? resources.cpu : resources.memory) ?? { min: 100, max: 2000, target: 500 };
  const ends = [bound.min, bound.max, bound.target].map((end) => (cpu ? end : end / MI));
  const steps = [0.79, 0.8, 0.9, 1, 1.1, 1.5, 1.5, 1.5, 2, 2.01].map((factor) => standing * factor);
  return text(draw.odd(draw.pick(steps), () => draw.around(draw.pick(ends))));
}
