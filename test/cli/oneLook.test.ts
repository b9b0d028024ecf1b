import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KINDS } from '../../src/schema/kube.ts';
import { USUAL } from '../../src/testing/usualBlueprint.ts';
import type { Ran } from './cli.ts';
import { ShopCluster } from './shopCluster.ts';

/** The demo's shop, and a blueprint whose Deployment has another name. */
let shop: ShopCluster;
beforeEach(async () => {
  shop = await ShopCluster.open((world) =>
    world.apply({
      apiVersion: KINDS.Blueprint.apiVersion,
      kind: KINDS.Blueprint.kind,
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        version: '1.0.0',
        target: { kind: 'Deployment', name: 'web-app' },
        scaling: USUAL.scaling,
        governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
      },
    }),
  );
});
afterEach(() => shop.close());

const fairlead = (...argv: string[]): Promise<Ran> => shop.run(...argv);

describe('a look at the cluster from the command line', () => {
  it('what-if says that it looks for a moment only where the answer hangs on history, and there alone', async () => {
    const words = /^ {2}what-if looks for a moment .*fairlead decisions shop\/frontend .*fairlead why/m;
    const { out } = await fairlead('what-if', 'scale', 'shop/frontend', '--replicas', '1');
    expect(out).toMatch(/ ShortHistory: /);
    expect(out).toMatch(words);
    expect((await fairlead('what-if', 'scale', 'shop/frontend', '--replicas', '3')).out).not.toMatch(words);
  });

  it.each([
    ['scale_within_limits', 'scale_within_limits is what a blueprint grants; the call is scale'],
    ['scale-beyond-limits', 'scale_beyond_limits is what a blueprint grants; the call is scale'],
    [
      'adjust_resources_within_bounds',
      'adjust_resources_within_bounds is what a blueprint grants; the call is adjust_resources',
    ],
  ])('what-if says of %s, which blueprints grant, which call that is', async (operation, words) => {
    const { code, err } = await fairlead('what-if', operation, 'shop/frontend', '--replicas', '3');
    expect([code, err]).toEqual([1, `fairlead: ${words}\n`]);
  });

  it('status fails for a service that nothing governs, and knows one by its Deployment too', async () => {
    expect(await fairlead('status', 'shop/nope')).toEqual({
      code: 1,
      out: '',
      err: 'fairlead: no blueprint governs shop/nope; fairlead status lists them\n',
    });
    expect(await fairlead('status', 'empty/')).toMatchObject({ code: 0, out: 'no blueprint matches empty/\n' });
    expect(await fairlead('status', 'shop/web-app')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^shop\/web .*no Deployment web-app/m),
    });
  });
});
