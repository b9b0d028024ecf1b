import type uPlot from 'uplot';
import type { Series } from '../../src/schema/api/common.ts';
import { kindOf, upperLimit } from '../lib/chartScale.ts';
import { limitText } from '../lib/format.ts';
import { whenOf } from '../lib/time.ts';

export interface Inks {
  readonly line: string;
  readonly limit: string;
  readonly aim: string;
  readonly grid: string;
  readonly label: string;
  readonly surface: string;
}

/** The scheme's colours as the canvas needs them: resolved, and read anew when the scheme changes. */
export function inksOf(element: Element): Inks {
  const style = getComputedStyle(element);
  const ink = (name: string): string => style.getPropertyValue(name).trim();
  return {
    line: ink('--series'),
    limit: ink('--chart-limit'),
    aim: ink('--series-2'),
    grid: ink('--chart-grid'),
    label: ink('--chart-label'),
    surface: ink('--chart-surface'),
  };
}

const FONT = '11px -apple-system, "Segoe UI", Roboto, Inter, "Noto Sans", "Liberation Sans", Arial, sans-serif';

/** Everything on a chart that is not the line: what lies beyond the limit, the limits by name, decisions, the newest point. */
export function drawOver(plot: uPlot, series: Series, marks: readonly number[], inks: Inks, ratio: number): void {
  const { ctx, bbox } = plot;
  const limit = upperLimit(series);
  ctx.save();
  if (limit !== undefined) drawExcess(plot, limit, inks, ratio);
  ctx.setLineDash([2 * ratio, 2 * ratio]);
  ctx.strokeStyle = inks.label;
  ctx.lineWidth = ratio;
  for (const mark of marks) {
    const x = Math.round(plot.valToPos(mark, 'x', true)) + 0.5;
    if (x >= bbox.left && x <= bbox.left + bbox.width) stroke(ctx, x, bbox.top, x, bbox.top + bbox.height);
  }
  for (const one of series.limits) drawLimit(plot, one, series.unit, inks, ratio);
  if (series.forecast !== undefined) drawForecast(plot, series.forecast.points, inks, ratio);
  drawNewest(plot, series.over, inks, ratio);
  drawTimes(plot, inks, ratio);
  ctx.restore();
}

/** Dotted and thin: it is where the line would go, and not where it went. */
function drawForecast(plot: uPlot, points: readonly (readonly [number, number])[], inks: Inks, ratio: number): void {
  const [from, to] = points.map(
    ([at, value]) => [plot.valToPos(at, 'x', true), plot.valToPos(value, 'y', true)] as const,
  );
  if (from === undefined || to === undefined) return;
  const { ctx } = plot;
  ctx.strokeStyle = inks.line;
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([1.5 * ratio, 4 * ratio]);
  ctx.lineCap = 'round';
  stroke(ctx, from[0], from[1], to[0], to[1]);
  ctx.lineCap = 'butt';
  ctx.setLineDash([]);
}

/** First, middle and last instant under the line. */
function drawTimes(plot: uPlot, inks: Inks, ratio: number): void {
  const { ctx, bbox } = plot;
  const { min: first, max: last } = plot.scales['x'] ?? {};
  if (first === undefined || last === undefined) return;
  ctx.font = FONT.replace('11px', `${11 * ratio}px`);
  ctx.fillStyle = inks.label;
  ctx.textBaseline = 'top';
  const y = bbox.top + bbox.height + 8 * ratio;
  for (const [at, align, x] of [
    [first, 'left', bbox.left],
    [(first + last) / 2, 'center', bbox.left + bbox.width / 2],
    [last, 'right', bbox.left + bbox.width],
  ] as const) {
    ctx.textAlign = align;
    ctx.fillText(whenOf(at, last), x, y);
  }
}

function drawLimit(
  plot: uPlot,
  limit: Series['limits'][number],
  unit: Series['unit'],
  inks: Inks,
  ratio: number,
): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(limit.value, 'y', true)) + 0.5;
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  const kind = kindOf(limit);
  ctx.strokeStyle = kind === 'limit' ? inks.limit : inks.aim;
  ctx.lineWidth = ratio;
  ctx.setLineDash(kind === 'limit' ? [5 * ratio, 3 * ratio] : [ratio, 3 * ratio]);
  stroke(ctx, bbox.left, y, bbox.left + bbox.width, y);
  const text = `${limit.name} ${limitText(limit.value, unit)}`;
  ctx.font = FONT.replace('11px', `${11 * ratio}px`);
  ctx.textAlign = kind === 'limit' ? 'left' : 'right';
  ctx.textBaseline = kind === 'floor' ? 'top' : 'bottom';
  ctx.setLineDash([]);
  ctx.lineWidth = 3 * ratio;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = inks.surface;
  ctx.fillStyle = kind === 'limit' ? inks.limit : inks.label;
  const x = kind === 'limit' ? bbox.left : bbox.left + bbox.width;
  const at = y + (kind === 'floor' ? 3 : -3) * ratio;
  ctx.strokeText(text, x, at);
  ctx.fillText(text, x, at);
}

/** What lies beyond is filled, and its line is heavier: both say it without colour. */
function drawExcess(plot: uPlot, limit: number, inks: Inks, ratio: number): void {
  const { ctx, bbox } = plot;
  const edge = plot.valToPos(limit, 'y', true);
  const [times, values] = [plot.data[0], plot.data[1] ?? []];
  // At its limit is not over it.
  if (!Array.from(values).some((value) => value !== null && value !== undefined && value > limit)) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, Math.max(0, edge - bbox.top));
  ctx.clip();
  for (const run of runs(times, values)) {
    const path = run.map(([at, value]) => [plot.valToPos(at, 'x', true), plot.valToPos(value, 'y', true)] as const);
    const [first, last] = [path[0], path.at(-1)];
    if (first === undefined || last === undefined) continue;
    ctx.beginPath();
    ctx.moveTo(first[0], edge);
    for (const [x, y] of path) ctx.lineTo(x, y);
    ctx.lineTo(last[0], edge);
    ctx.globalAlpha = 0.14;
    ctx.fillStyle = inks.limit;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.beginPath();
    for (const [index, [x, y]] of path.entries()) index === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y);
    ctx.strokeStyle = inks.limit;
    ctx.lineWidth = 2 * ratio;
    ctx.lineJoin = 'round';
    ctx.setLineDash([]);
    ctx.stroke();
  }
  ctx.restore();
}

function drawNewest(plot: uPlot, over: boolean, inks: Inks, ratio: number): void {
  const values = plot.data[1] ?? [];
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const [at, value] = [plot.data[0][index], values[index]];
    if (at === undefined || value === null || value === undefined) continue;
    const { ctx } = plot;
    ctx.beginPath();
    ctx.arc(plot.valToPos(at, 'x', true), plot.valToPos(value, 'y', true), 4 * ratio, 0, 2 * Math.PI);
    ctx.fillStyle = over ? inks.limit : inks.line;
    ctx.fill();
    ctx.setLineDash([]);
    ctx.lineWidth = 2 * ratio;
    ctx.strokeStyle = inks.surface;
    ctx.stroke();
    return;
  }
}

/** Stretches without a gap: over a gap nothing is drawn, because nothing was seen. */
function* runs(times: ArrayLike<number>, values: ArrayLike<number | null | undefined>): Generator<[number, number][]> {
  let run: [number, number][] = [];
  for (let index = 0; index < times.length; index += 1) {
    const [at, value] = [times[index], values[index]];
    if (at !== undefined && value !== null && value !== undefined) run.push([at, value]);
    else if (run.length > 0) {
      yield run;
      run = [];
    }
  }
  if (run.length > 0) yield run;
}

function stroke(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
