import type { Series } from '../../src/schema/api/common.ts';
import { limitText, valueText } from './format.ts';
import { whenOf } from './time.ts';

type Limit = Series['limits'][number];

/** What a line beyond means: a target is aimed at, a minimum or a scale-down mark lies below; everything else must not be passed. */
export const kindOf = ({ name }: Limit): 'limit' | 'aim' | 'floor' =>
  /target|aim|goal/i.test(name) ? 'aim' : /min|floor|down|below/i.test(name) ? 'floor' : 'limit';

/** The limit that a value can be over: the lowest of those that must not be passed. */
export function upperLimit({ limits }: Pick<Series, 'limits'>): number | undefined {
  const values = limits.filter((limit) => kindOf(limit) === 'limit').map(({ value }) => value);
  return values.length === 0 ? undefined : Math.min(...values);
}

/** From and to on the value axis: data and every limit that matters, with room for the words at the lines. */
export function valueRange({
  points,
  limits,
  unit,
  forecast,
}: Pick<Series, 'points' | 'limits' | 'unit' | 'forecast'>): [number, number] {
  const seen = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const data = [...seen, ...(forecast?.points ?? []).map(([, value]) => value)];
  const top = Math.max(...data, Number.NEGATIVE_INFINITY);
  // A hard ceiling far away would press the line flat: it is named below, not drawn.
  const near = limits
    .map(({ value }) => value)
    .filter((value) => !Number.isFinite(top) || value <= top * 3 || value === upperLimit({ limits }));
  const all = [...data, ...near];
  if (all.length === 0) return [0, 1];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max((high - low) * 0.18, unit === 'replicas' ? 0.6 : high * 0.04, 1e-9);
  return [Math.max(0, low - room), high + room];
}

/** Where the time axis ends: at the newest sample, or where the trend leads to. */
export const endOf = ({ points, forecast }: Pick<Series, 'points' | 'forecast'>): number =>
  Math.max(...points.map(([at]) => at), ...(forecast?.points ?? []).map(([at]) => at));

/** The chart in a sentence: first, last, and the limits. */
export function chartText({ title, unit, points, limits, now, forecast }: Series, at: number): string {
  const known = points.filter((point): point is [number, number] => point[1] !== null);
  const [first, last] = [known[0], known.at(-1)];
  const lines = limits.map(({ name, value }) => `${name} ${limitText(value, unit)}`).join(', ');
  if (first === undefined || last === undefined) return `${title}: no sample in this time. ${lines}`;
  const values = limits.map(({ value }) => value);
  const from = `${valueText(first[1], unit, values)} at ${whenOf(first[0], at)}`;
  return `${title} from ${from} to ${now} at ${whenOf(last[0], at)}; ${lines === '' ? 'no limit' : lines}.${forecast === undefined ? '' : ` ${forecast.text}`}`;
}
