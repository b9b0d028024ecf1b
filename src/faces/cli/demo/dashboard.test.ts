import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { ServiceView } from '../../../observe/serviceView.ts';
import { calmInput } from '../../../testing/gateInput.ts';
import { dashboardLine } from './dashboard.ts';

const { blueprint, workload, assessment, counters, now } = calmInput({});
if (blueprint === undefined || workload === undefined) throw new Error('the calm input has a target');
const object = { apiVersion: 'fairlead.dev/v1alpha1', kind: 'Blueprint', metadata: { name: 'web', namespace: 'shop' } };
const scaling = { ...blueprint.scaling, minReplicas: 2, maxReplicas: 5 };

/** The calm service at other sizes. */
const viewOf = (replicas: number, ready: number, maxReplicas = 5): ServiceView => ({
  namespace: 'shop',
  name: 'web',
  object,
  matches: 1,
  blueprint: { ...blueprint, scaling: { ...scaling, maxReplicas } },
  workload: { ...workload, replicas, ready },
  ...(assessment && { assessment }),
  ...(counters && { counters }),
});
const line = (view: ServiceView): string => dashboardLine(view, [], now, picocolors.createColors(false));

describe('dashboardLine', () => {
  it.each([
    { replicas: 3, ready: 3, cells: '2 ■■■·· 5 ' },
    { replicas: 4, ready: 2, cells: '2 ■■▪▪· 5 ' },
    { replicas: 0, ready: 0, cells: '2 ····· 5 ' },
    { replicas: 7, ready: 7, cells: '2 ■■■■■ 5+2 ' },
    { replicas: 2, ready: 4, cells: '2 ■■··· 5 ' },
    { replicas: 40, ready: 38, max: 50, cells: '2 38/40 50 ' },
  ])('draws $replicas replicas, $ready ready, as $cells', ({ replicas, ready, max, cells }) => {
    expect(line(viewOf(replicas, ready, max))).toContain(cells);
  });

  it.each([
    { what: 'a full range', view: viewOf(8, 8, 8) },
    { what: 'a large number', view: viewOf(9999, 9998, 10_000) },
    { what: 'a service without a target', view: { namespace: 'shop', name: 'a-very-long-name', object, matches: 0 } },
  ])('takes 80 columns at most for $what', ({ view }) => {
    expect(line(view).length).toBeLessThanOrEqual(80);
  });
});
