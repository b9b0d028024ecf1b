import { describe, expect, it } from 'vitest';
import { blueprintOf } from '../../analysis/observations.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { askLess } from './askLess.ts';

const AT = Date.parse('2026-01-05T10:00:00Z');
const blueprint = blueprintOf({ scaling: { maxReplicas: 5 } });
const view = (over: Partial<ServiceView> = {}): ServiceView => ({
  namespace: 'shop',
  name: 'web',
  blueprint,
  matches: 1,
  object: { apiVersion: '', kind: '', metadata: { name: 'web' } },
  ...over,
});

interface Asked {
  readonly to: number;
  readonly phase?: string;
  readonly ended?: string;
  readonly operation?: string;
}
const requestOf = ({ to, phase = 'Consumed', operation = 'scale_beyond_limits' }: Asked, n: number): KubeObject => ({
  ...KINDS.ApprovalRequest,
  metadata: { name: `web-${n}`, namespace: 'shop', creationTimestamp: new Date(AT + n * 3_600_000).toISOString() },
  spec: { decision: `web-${n}`, blueprint: { name: 'web' }, operation, arguments: { replicas: to } },
  status: { phase },
});
const decisionOf = ({ ended = 'Succeeded' }: Asked, n: number): KubeObject => ({
  ...KINDS.Decision,
  metadata: { name: `web-${n}`, namespace: 'shop' },
  status: { phase: ended },
});
const suggested = (asked: readonly Asked[], over: Partial<ServiceView> = {}) =>
  askLess(
    new Map([['shop/web', view(over)]]),
    asked.map(requestOf),
    new Map(asked.map((one, n) => [`shop/web-${n}`, decisionOf(one, n)])),
  );
const three = [{ to: 6 }, { to: 6 }, { to: 6 }];
const ceilings = (maxReplicas: number): Partial<ServiceView> => ({ global: { ceilings: { maxReplicas } } as never });

describe('a limit that people lift again and again', () => {
  it('is offered as a diff of the next version, with how often and since when', () => {
    const [offer] = suggested(three);
    expect(offer).toMatchObject({ namespace: 'shop', service: 'web', times: 3, since: '2026-01-05T10:00:00.000Z' });
    expect(offer?.diff).toContainEqual({ sign: '-', text: '    max_replicas: 5' });
    expect(offer?.diff).toContainEqual({ sign: '+', text: '    max_replicas: 6' });
    expect(offer?.text).toContain('went beyond 5 replicas 3 times');
    expect(offer?.text).toContain('; with 6 as the limit, 3 of them would have needed nobody.');
    expect([offer?.from, offer?.to]).toEqual([blueprint.version, '1.1.0']);
  });

  it.each<[string, readonly Asked[], number | undefined]>([
    ['two times', three.slice(1), undefined],
    ['one of the three rejected', [...three, { to: 6, phase: 'Rejected' }], undefined],
    ['one of them undone', [...three, { to: 6, ended: 'RolledBack' }], undefined],
    ['three that nobody answered', three.map((one) => ({ ...one, phase: 'Expired' })), undefined],
    ['three of another operation', three.map((one) => ({ ...one, operation: 'restart_pods' })), undefined],
    ['three that lie under the limit by now', three.map(() => ({ to: 5 })), undefined],
    ['one far above the others: no higher than spares three', [...three, { to: 20 }], 6],
    ['three different ones: high enough for all of them', [{ to: 8 }, { to: 6 }, { to: 7 }], 8],
  ])('%s', (_, asked, to) => {
    const [offer] = suggested(asked);
    expect(offer?.diff.at(-1)?.text).toBe(to === undefined ? undefined : `    max_replicas: ${to}`);
  });

  it('is never offered above a hard ceiling, nor for a service whose blueprint is not in force', () => {
    expect(suggested(three, ceilings(6))).toHaveLength(1);
    expect(suggested(three, ceilings(5))).toEqual([]);
    const { blueprint: _, ...without } = view();
    expect(askLess(new Map([['shop/web', without]]), three.map(requestOf), new Map())).toEqual([]);
  });
});
