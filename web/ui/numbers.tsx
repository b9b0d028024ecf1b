import type { Series } from '../../src/schema/api/common.ts';
import { limitText, valueText } from '../lib/format.ts';
import { whenOf } from '../lib/time.ts';

/** The charts as a table: first, middle and last value, limits, and where they come from. */
export function Numbers({ series, now }: { readonly series: readonly Series[]; readonly now: number }) {
  return (
    <details>
      <summary>Numbers and queries</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reachable by key */}
      <div class="scroll" tabIndex={0} role="group" aria-label="Numbers, scrolls sideways">
        <table class="table table--plain">
          <thead>
            <tr>
              <th>Signal</th>
              <th class="num">First</th>
              <th class="num">Middle</th>
              <th class="num">Last</th>
              <th>Limits</th>
              <th>Source</th>
            </tr>
          </thead>
          <tbody>
            {series.map((one) => (
              <Row key={one.name} series={one} now={now} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Row({ series, now }: { readonly series: Series; readonly now: number }) {
  const known = series.points.filter((point): point is [number, number] => point[1] !== null);
  const limits = series.limits.map(({ value }) => value);
  const cell = (point: readonly [number, number] | undefined) => (
    <td class="num nowrap">
      {point === undefined ? 'none' : valueText(point[1], series.unit, limits)}
      {point === undefined ? null : <small>{whenOf(point[0], now)}</small>}
    </td>
  );
  return (
    <tr>
      <td>{series.title}</td>
      {cell(known[0])}
      {cell(known[Math.floor(known.length / 2)])}
      {cell(known.at(-1))}
      <td class="nowrap">
        {series.limits.map(({ name, value }) => `${name} ${limitText(value, series.unit)}`).join(', ') || 'none'}
      </td>
      <td>
        <code class="wrap">{series.source}</code>
      </td>
    </tr>
  );
}
