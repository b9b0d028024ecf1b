import type { UsageSample } from '../../schema/samples.ts';
import type { Series } from './answer.ts';
import { PART } from './queries.ts';
import { SOURCE } from './readObjects.ts';
import { intervalOf, newestValue } from './services.ts';

/** Containers with a rate of CPU and a sample of their own; one without is missing, which is for the coverage to judge. */
export function usageSamples(answer: readonly Series[], windowMs: number): UsageSample[] {
  const part = (name: string): Map<string, number> =>
    new Map(answer.flatMap((one) => (one.labels[PART] === name ? [[keyOf(one), newestValue(one)] as const] : [])));
  const [memory, at] = [part('memory'), part('at')];
  const counts = new Map(
    answer.flatMap(({ labels, points }) =>
      labels[PART] === 'count' ? [[labels['namespace'] ?? '', points.at(-1)?.value ?? 0] as const] : [],
    ),
  );
  return answer.flatMap((one): UsageSample[] => {
    if (one.labels[PART] !== 'cpu') return [];
    const { namespace = '', pod = '', container = '' } = one.labels;
    const seconds = at.get(keyOf(one));
    if (seconds === undefined) return [];
    return [
      {
        namespace,
        pod,
        container,
        cpu: newestValue(one) * 1000,
        memory: memory.get(keyOf(one)) ?? Number.NaN,
        at: seconds * 1000,
        windowMs: intervalOf(windowMs, counts.get(namespace) ?? 0),
        overMs: windowMs,
        source: SOURCE,
      },
    ];
  });
}

const keyOf = ({ labels: { namespace, pod, container } }: Series): string => `${namespace}/${pod}/${container}`;
