// In the page of scripts/dashboardPicture.ts: draws `data`, which stands before it.
const COLORS = ['#3274d9', '#56a64b', '#e0752d', '#a352cc', '#c4162a', '#b877d9', '#37872d', '#fa6400', '#1f60c4'];

function worded(unit, value) {
  if (value === null) return '';
  if (unit === 'bytes') return value >= 1e9 ? `${(value / 1e9).toFixed(1)} GB` : `${(value / 1e6).toFixed(1)} MB`;
  if (unit === 's') return value >= 1 || value === 0 ? `${+value.toFixed(1)} s` : `${+(value * 1000).toFixed(1)} ms`;
  return String(+value.toFixed(2));
}

function element(parent, tag, name, text = '') {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  parent.append(made);
  return made;
}

/** Series that still stand at the end. */
const standing = (series) => series.filter(({ points }) => (points.at(-1)?.[0] ?? 0) > data.to - 15);

function stat(box, panel, series) {
  const value = standing(series)[0]?.points.at(-1)?.[1];
  const alarm = panel.alarm !== undefined && (value ?? 0) >= panel.alarm;
  element(box, 'div', `big${alarm ? ' alarm' : ''}`, value === undefined ? 'No data' : worded(panel.unit, value));
}

function table(box, series) {
  const rows = standing(series).map(({ name }) => name);
  for (const name of rows.length === 0 ? ['None'] : rows) element(box, 'div', 'line', name);
}

/** Each line on top of those before it. */
function stacked(lines, length) {
  const sums = new Array(length).fill(0);
  return lines.map((line) =>
    line.map((value, at) => {
      sums[at] += value ?? 0;
      return sums[at];
    }),
  );
}

function chart(box, panel, series, width) {
  const times = [...new Set(series.flatMap(({ points }) => points.map(([second]) => second)))].sort((a, b) => a - b);
  const lines = series.map(({ points }) => {
    const at = new Map(points);
    return times.map((second) => at.get(second) ?? null);
  });
  const stack = panel.kind === 'stack';
  const shown = stack ? stacked(lines, times.length).reverse() : lines;
  const named = stack ? [...series].reverse() : series;
  const look = named.map(({ name }, at) => {
    const color = COLORS[(stack ? named.length - 1 - at : at) % COLORS.length];
    return {
      label: name || panel.title,
      stroke: color,
      width: 1.5,
      points: { show: false },
      ...(stack && { fill: color }),
    };
  });
  const options = {
    width: width - 18,
    height: 190,
    cursor: { show: false },
    scales: { x: { min: data.from, max: data.to }, y: { range: (_, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    series: [{}, ...look],
    axes: [{}, { size: 72, values: (_, ticks) => ticks.map((tick) => worded(panel.unit, tick)) }],
  };
  new uPlot(options, [times, ...shown], box);
}

let row;
let title;
for (const { row: name, panel, series } of data.panels) {
  if (name !== title) {
    element(document.body, 'h2', '', name);
    row = element(document.body, 'div', 'row');
    title = name;
  }
  const width = Math.floor((1416 * panel.width) / 24) - 8;
  const box = element(row, 'div', 'panel');
  box.style.width = `${width}px`;
  element(box, 'h3', '', panel.title);
  if (panel.kind === 'stat') stat(box, panel, series);
  else if (panel.kind === 'table') table(box, series);
  else if (series.length === 0) element(box, 'div', 'none', 'No data');
  else chart(box, panel, series, width);
}
