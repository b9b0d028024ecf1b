import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { type Panel, ROWS } from './panels.ts';

const FOLDER = 'deploy/monitoring';
const root = path.join(import.meta.dirname, '..', '..');

/** What is made of the alert rules and the panels, as `npm run gen` writes it. */
export function monitoringFiles(): readonly (readonly [name: string, text: string])[] {
  const rules = readFileSync(path.join(root, FOLDER, 'alerts.yaml'), 'utf8');
  return [
    [`${FOLDER}/prometheusrule.yaml`, prometheusRule(rules)],
    [`${FOLDER}/dashboard.json`, `${JSON.stringify(dashboard(), null, 2)}\n`],
  ];
}

/** The same rules for the Prometheus operator. */
function prometheusRule(rules: string): string {
  const { groups } = parse(rules) as { groups: unknown };
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'fairlead', labels: { 'app.kubernetes.io/name': 'fairlead' } },
    spec: { groups },
  };
  return `# Generated from alerts.yaml by npm run gen, for the Prometheus operator.\n${stringify(object, { lineWidth: 0 })}`;
}

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
const HEIGHT = { stat: 4, lines: 8, stack: 8, table: 8 } as const;

function dashboard(): object {
  const panels: object[] = [];
  let y = 0;
  for (const row of ROWS) {
    panels.push({ type: 'row', title: row.title, collapsed: false, panels: [], gridPos: { x: 0, y, w: 24, h: 1 } });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const panel of row.panels) {
      const h = HEIGHT[panel.kind];
      if (x + panel.width > 24) {
        y += tallest;
        x = 0;
        tallest = 0;
      }
      panels.push(drawn(panel, { x, y, w: panel.width, h }));
      x += panel.width;
      tallest = Math.max(tallest, h);
    }
    y += tallest;
  }
  return {
    uid: 'fairlead',
    title: 'Fairlead',
    tags: ['fairlead'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Prometheus' }] },
    panels: panels.map((panel, index) => ({ id: index + 1, ...panel })),
  };
}

function drawn(panel: Panel, gridPos: object): object {
  const { kind, title, about, unit, alarm } = panel;
  const steps = [{ color: 'green', value: null }, ...(alarm === undefined ? [] : [{ color: 'red', value: alarm }])];
  const custom =
    kind === 'stack' ? { stacking: { mode: 'normal' }, fillOpacity: 60, lineWidth: 0 } : { fillOpacity: 0 };
  return {
    type: { stat: 'stat', lines: 'timeseries', stack: 'timeseries', table: 'table' }[kind],
    title,
    description: about,
    datasource: DATASOURCE,
    gridPos,
    targets: panel.queries.map(([legend, expr], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr,
      ...(legend !== '' && { legendFormat: legend }),
      ...(kind === 'table' || kind === 'stat' ? { instant: true, range: false } : {}),
      ...(kind === 'table' && { format: 'table' }),
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: 'absolute', steps },
        ...(kind === 'lines' || kind === 'stack' ? { custom } : {}),
      },
      overrides: [],
    },
    options:
      kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: alarm === undefined ? 'none' : 'value' }
        : kind === 'table'
          ? { showHeader: true }
          : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  };
}
