import { describe, expect, it } from 'vitest';
import { promqlParts } from './promql.ts';

describe('promqlParts', () => {
  it.each([
    ['up', ['up'], 0],
    ['sum by (deployment) (rate(http_requests_total{code=~"5.."}[2m]))', ['http_requests_total{code=~"5.."}'], 120_000],
    ['sum(rate(a{x="}"}[1m])) by (pod) / on (pod) group_left (app) sum(b offset 5m)', ['a{x="}"}', 'b'], 60_000],
    ['histogram_quantile(0.95, sum by (le) (rate(h_bucket[1m30s])))', ['h_bucket'], 90_000],
    ["max_over_time(job:p95:rate5m{namespace='shop'}[10m:1m])", ["job:p95:rate5m{namespace='shop'}"], 600_000],
    ['{__name__="a",x="1"} or vector(0)', ['{__name__="a",x="1"}'], 0],
    ['a > bool 3.5e3 and a unless b', ['a', 'b'], 0],
    ['label_replace(a, "x", "$1", "y", "(.*)")', ['a'], 0],
  ])('finds the series behind %s', (text, selectors, rangeMs) => {
    expect(promqlParts(text)).toEqual({ ok: true, value: { selectors, rangeMs } });
  });

  it.each([
    ['vector(1)', /reads no series/],
    ['sum(rate(a[1m])', /\( has no \)/],
    ['a)', /never opened/],
    ['a{x="y}', /\{ has no \}/],
    ['rate(a[5 minutes])', /no range/],
    ['a # or b', /comment/],
    ['a @ 1600000000', /one moment/],
    ['a; b', /does not belong/],
  ])('refuses %s', (text, words) => {
    const parts = promqlParts(text);
    expect(parts.ok ? '' : parts.error).toMatch(words);
  });
});
