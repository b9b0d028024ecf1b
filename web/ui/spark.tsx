import type { Series } from '../../src/schema/api/common.ts';
import { upperLimit } from '../lib/chartScale.ts';
import { limitText } from '../lib/format.ts';

const WIDTH = 98;

export function Spark({ series, now }: { readonly series: Series; readonly now: string | undefined }) {
  const known = series.points.filter((point): point is [number, number] => point[1] !== null);
  const limit = upperLimit(series);
  const first = known[0]?.[0] ?? 0;
  const span = Math.max(1, (known.at(-1)?.[0] ?? 1) - first);
  // Sparklines share one scale, so that rows can be compared.
  const y = (value: number): number => Math.min(35, Math.max(2, 39 - value * 0.4));
  const at = known.map(([time, value]) => [((time - first) / span) * WIDTH, y(value)] as const);
  const last = at.at(-1);
  const words = `${series.title} ${now ?? 'unknown'}${limit === undefined ? '' : `, limit ${limitText(limit, series.unit)}`}`;
  return (
    <svg class="spark" viewBox="0 0 104 36" role="img" aria-label={words}>
      {limit === undefined ? null : <line class="limit" x1={0} x2={104} y1={y(limit)} y2={y(limit)} />}
      <polyline class="line" points={at.map(([x, yy]) => `${x.toFixed(1)},${yy.toFixed(1)}`).join(' ')} />
      {last === undefined ? null : (
        <circle class={series.over ? 'dot dot--over' : 'dot'} cx={last[0]} cy={last[1]} r={3.5} />
      )}
    </svg>
  );
}
