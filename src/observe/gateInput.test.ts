import { describe, expect, it } from 'vitest';
import { NO_GLOBAL_RULES } from '../schema/blueprint.ts';
import { NEW_COUNTERS } from '../schema/counters.ts';
import { calmBlueprint, calmInput, calmWorkload } from '../testing/gateInput.ts';
import { blueprint } from '../testing/observedObjects.ts';
import { gateInput } from './gateInput.ts';
import type { ServiceView } from './serviceView.ts';

const { request } = calmInput();
// 2026-01-05 is a Monday.
const NOON = Date.UTC(2026, 0, 5, 12);
const OWN = { now: NOON, ownNamespace: 'agent-system' };
const VIEW: ServiceView = {
  namespace: 'shop',
  name: 'web',
  object: blueprint(),
  blueprint: calmBlueprint(),
  global: NO_GLOBAL_RULES,
  workload: calmWorkload(),
  matches: 1,
  counters: NEW_COUNTERS,
  holds: [],
};
const mondays = (reason: string, durationMs: number) => ({ cron: '0 11 * * 1', timeZone: 'UTC', durationMs, reason });

describe('gateInput', () => {
  it('hands the view on as it is', () => {
    const input = gateInput(VIEW, request, OWN);
    expect(input).toEqual({
      now: NOON,
      request,
      blueprint: VIEW.blueprint,
      global: VIEW.global,
      workload: VIEW.workload,
      counters: VIEW.counters,
      holds: [],
      matches: 1,
      admission: false,
      ownNamespace: 'agent-system',
    });
    expect(JSON.parse(JSON.stringify(input)), 'plain JSON, so that it can be replayed').toEqual(input);
  });

  it('leaves out what the view does not know', () => {
    const input = gateInput({ namespace: 'shop', name: 'web', object: blueprint(), matches: 0 }, request, OWN);
    expect(Object.keys(input).sort()).toEqual(['admission', 'matches', 'now', 'ownNamespace', 'request']);
  });

  it('adds an approval and the admission policy where they are known', () => {
    const approval = { name: 'a', operation: 'scale_beyond_limits', args: {}, blueprintHash: 'h' };
    expect(gateInput(VIEW, request, { ...OWN, approval, admission: true })).toMatchObject({
      approval,
      admission: true,
    });
  });

  it.each([
    [
      "the blueprint's window",
      [mondays('sale', 2 * 3_600_000)],
      [],
      { until: Date.UTC(2026, 0, 5, 13), reason: 'sale' },
    ],
    [
      "the organisation's window",
      [],
      [mondays('audit', 2 * 3_600_000)],
      { until: Date.UTC(2026, 0, 5, 13), reason: 'audit' },
    ],
    [
      'the longer of both',
      [mondays('sale', 2 * 3_600_000)],
      [mondays('audit', 3 * 3_600_000)],
      { until: Date.UTC(2026, 0, 5, 14), reason: 'audit' },
    ],
    ['none that is over', [mondays('sale', 1_800_000)], [], undefined],
    [
      'a broken calendar',
      [{ ...mondays('sale', 1), timeZone: 'Mars/Base' }],
      [],
      { broken: expect.stringContaining('Mars/Base') },
    ],
  ])('is frozen by %s', (_name, mine, above, frozen) => {
    const view = { ...VIEW, blueprint: calmBlueprint({ freeze: mine }), global: { ...NO_GLOBAL_RULES, freeze: above } };
    expect(gateInput(view, request, OWN).frozen).toEqual(frozen);
  });
});
