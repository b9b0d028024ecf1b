import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { COPY_LABELS, COUNTERS, HISTOGRAMS, STATUS_LABELS } from '../src/adapters/prometheus/queries.ts';
import { loadConfig } from '../src/config.ts';
import { PROMETHEUS_VARIABLES } from '../src/prometheusSettings.ts';
import { loadBlueprint } from '../src/schema/blueprint/load.ts';

const page = readFileSync(path.join(import.meta.dirname, '..', 'docs', 'METRICS_SOURCES.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}[^\\n]*\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

describe('docs/METRICS_SOURCES.md', () => {
  it('shows blueprints that load', () => {
    const loaded = blocks('yaml').map((text) => loadBlueprint(text, 'docs/METRICS_SOURCES.md'));
    expect(loaded).toHaveLength(1);
    expect(loaded.map((one) => (one.ok ? [] : one.error))).toEqual([[]]);
  });

  it('shows settings that are accepted, and no others', () => {
    const given = [...(blocks('sh')[0] ?? '').matchAll(/^export (\w+)=(\S+)/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    expect(given.map(([name]) => name).filter((name) => !(String(name) in PROMETHEUS_VARIABLES))).toEqual([]);
    expect(loadConfig({}, Object.fromEntries(given))).toMatchObject({
      ok: true,
      value: { prometheus: { windowMs: 120_000 } },
    });
  });

  it('names every series and label that is looked for', () => {
    const names = [
      ...HISTOGRAMS,
      ...COPY_LABELS,
      ...STATUS_LABELS,
      ...COUNTERS.filter((name) => !name.endsWith('_count')),
    ];
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
