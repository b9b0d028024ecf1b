// `npx tsx scripts/dashboardPicture.ts [seconds]`: docs/images/dashboard.png, the panels of deploy/monitoring/dashboard.json over a real Prometheus that
// has scraped a running Fairlead for some minutes. Grafana draws them in its own way; what they ask and answer is the same.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startPrometheus } from '../test/cluster/prometheus.ts';
import { openOpsStage } from '../test/stages/opsStage.ts';
import { chromiumPath, NO_CHROMIUM, openBrowser } from '../test/web/browser/chromium.ts';
import { type Panel, ROWS } from './monitoring/panels.ts';

const SECONDS = 1_000;
const LASTS = Number(process.argv[2] ?? 420) * SECONDS;
const root = path.join(import.meta.dirname, '..');
const asset = (name: string): string => readFileSync(path.join(root, 'node_modules/uplot/dist', name), 'utf8');
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Series {
  readonly name: string;
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** A model that talks and proposes nothing, with its tokens. */
const prose = {
  id: 'x',
  object: 'chat.completion',
  model: 'played',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'It looks busy.' } }],
  usage: { prompt_tokens: 900, completion_tokens: 12, total_tokens: 912 },
};

const executable = chromiumPath();
if (executable === undefined) {
  console.error(NO_CHROMIUM);
  process.exit(1);
}
let page = '';
const stage = await openOpsStage({ services: ['web', 'cart', 'checkout'], watched: '40s' });
const prometheus = await startPrometheus({ targets: [new URL(stage.url).host] });
try {
  const calm = { rps: 100, cpu_m_per_rps: 5, latency_ms_base: 40, error_pct_base: 0 };
  const began = Date.now();
  const at = async (share: number): Promise<void> => sleep(Math.max(0, began + share * LASTS - Date.now()));
  stage.model.always = () => ({ body: prose });
  await at(0.12);
  stage.world.setLoad('shop/web', { ...calm, rps: 190 });
  stage.world.setLoad('shop/cart', { ...calm, rps: 190 });
  await at(0.33);
  // Whatever was done to the cart, it is slow now: undone.
  stage.world.setLoad('shop/cart', { ...calm, rps: 190, latency_ms_base: 900 });
  await at(0.5);
  stage.model.always = () => ({ status: 503, body: { error: { message: 'overloaded' } } });
  stage.world.setLoad('shop/checkout', { ...calm, rps: 700 });
  await at(1);
  const from = began / SECONDS;
  const to = Date.now() / SECONDS;
  const panels = [];
  for (const row of ROWS) {
    for (const panel of row.panels) panels.push({ row: row.title, panel, series: await seriesOf(panel, from, to) });
  }
  for (const { panel, series } of panels) if (series.length === 0) console.log(`empty: ${panel.title}`);
  page = html(JSON.stringify({ panels, from, to }));
} finally {
  await prometheus.stop();
  await stage.close();
}
const browser = await openBrowser(executable);
const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
tab.on('pageerror', (error) => console.error(error));
await tab.setContent(page);
await tab.screenshot({ path: path.join(root, 'docs/images/dashboard.png'), fullPage: true });
await browser.close();

async function seriesOf({ queries }: Panel, from: number, to: number): Promise<Series[]> {
  const all: Series[] = [];
  for (const [legend, expr] of queries) {
    const query = expr.replaceAll('$__rate_interval', '30s');
    const body = new URLSearchParams({ query, start: String(from), end: String(to), step: '5' });
    const answer = await fetch(`${prometheus.url}/api/v1/query_range`, { method: 'POST', body });
    const told = (await answer.json()) as {
      error?: string;
      data?: { result: { metric: Record<string, string>; values: [number, string][] }[] };
    };
    if (told.data === undefined) throw new Error(`${expr}: ${told.error}`);
    for (const { metric, values } of told.data.result) {
      const name = legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? '');
      all.push({ name, points: values.map(([second, value]) => [second, Number(value)] as const) });
    }
  }
  return all;
}

function html(data: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${asset('uPlot.min.css')}
body{margin:0;padding:12px;background:#f4f5f5;font:12px system-ui,sans-serif;color:#24292e}
h2{font-size:14px;margin:14px 0 6px}.row{display:flex;flex-wrap:wrap;gap:8px}
.panel{background:#fff;border:1px solid #d8dbde;border-radius:3px;padding:8px;box-sizing:border-box;overflow:hidden}
h3{font-size:12px;margin:0 0 4px}.big{font-size:34px;text-align:center;padding:6px}.alarm{color:#c4162a}
.none{color:#8e8e8e;padding:60px 0;text-align:center}td{padding:2px 10px 2px 0}
.u-legend{font-size:10px;text-align:left!important;max-height:62px;overflow:hidden}.u-legend .u-value,.u-legend tr:first-child{display:none}.u-legend .u-label::after{content:''!important}</style>
<body><script>${asset('uPlot.iife.min.js')}</script><script>const data=${data.replaceAll('<', '\\u003c')};${readFileSync(path.join(import.meta.dirname, 'monitoring/page.js'), 'utf8')}</script>`;
}
