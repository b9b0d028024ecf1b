import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Series } from '../../src/schema/api/common.ts';
import { chartText, endOf, valueRange } from '../lib/chartScale.ts';
import { serverNow } from '../lib/clock.ts';
import { drawOver, inksOf } from './chartDraw.ts';

/** A signal with its threshold, named; `marks`: instants of decisions, ms. */
export function Chart({
  series,
  height = 116,
  marks = [],
  aside,
  until,
}: {
  readonly series: Series;
  readonly height?: number;
  readonly marks?: readonly number[];
  readonly aside?: string;
  /** Where the time axis ends; absent: where this signal does. Charts that stand below each other share one. */
  readonly until?: number | undefined;
}) {
  const known = series.points.some(([, value]) => value !== null);
  return (
    <figure class="chart">
      <figcaption>
        {series.title} <b>{series.now}</b> {aside === undefined ? null : <span class="end tiny dim">{aside}</span>}
      </figcaption>
      {known ? (
        <Plot series={series} height={height} marks={marks} until={until ?? endOf(series)} />
      ) : (
        <p class="small dim">No sample in this time.</p>
      )}
      {known && series.forecast !== undefined ? <p class="tiny dim trend">{series.forecast.text}</p> : null}
    </figure>
  );
}

function Plot({
  series,
  height,
  marks,
  until,
}: {
  readonly series: Series;
  readonly height: number;
  readonly marks: readonly number[];
  readonly until: number;
}) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef({ series, marks, until });
  latest.current = { series, marks, until };
  const drawn = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const plot = new uPlot(options(element, height, latest), dataOf(latest.current.series), element);
    drawn.current = plot;
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    const schemes = [matchMedia('(prefers-color-scheme: dark)'), matchMedia('(prefers-contrast: more)')];
    const repaint = (): void => plot.redraw(false, true);
    for (const scheme of schemes) scheme.addEventListener('change', repaint);
    return () => {
      for (const scheme of schemes) scheme.removeEventListener('change', repaint);
      resized.disconnect();
      plot.destroy();
      drawn.current = undefined;
    };
  }, [height]);
  useEffect(() => drawn.current?.setData(dataOf(series)), [series, marks, until]);
  return <div class="plot" ref={place} role="img" aria-label={chartText(series, serverNow())} />;
}

const dataOf = ({ points }: Series): uPlot.AlignedData => [points.map(([at]) => at), points.map(([, value]) => value)];

function options(
  element: HTMLElement,
  height: number,
  latest: {
    readonly current: { readonly series: Series; readonly marks: readonly number[]; readonly until: number };
  },
): uPlot.Options {
  const ink = (name: 'line' | 'grid') => (): string => inksOf(element)[name];
  return {
    width: element.clientWidth,
    height,
    ms: 1,
    padding: [12, 6, 22, 0],
    legend: { show: false },
    cursor: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at), 'Etc/UTC'),
    scales: {
      x: { time: true, range: (_, from) => [from, latest.current.until] },
      y: { range: () => valueRange(latest.current.series) },
    },
    series: [
      {},
      {
        stroke: ink('line'),
        width: 1.5,
        points: { show: false },
        spanGaps: false,
        ...(latest.current.series.unit === 'replicas' ? { paths: steps() } : {}),
      },
    ],
    // The time axis is drawn with the rest: its ends are where the line ends, and no word is cut.
    axes: [
      { show: false, grid: { show: false } },
      { show: false, grid: { show: true, stroke: ink('grid'), width: 1 } },
    ],
    hooks: {
      draw: [
        (plot) => {
          const { series, marks } = latest.current;
          drawOver(plot, series, marks, inksOf(element), uPlot.pxRatio);
        },
      ],
    },
  };
}

/** Replicas jump; a slope between two counts would show pods that never were. */
function steps(): uPlot.Series.PathBuilder {
  const build = uPlot.paths.stepped?.({ align: 1 });
  if (build === undefined) throw new Error('this build of uPlot has no steps');
  return build;
}
