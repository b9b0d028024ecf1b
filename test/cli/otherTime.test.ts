import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli, type Ran } from './cli.ts';
import { ShopCluster } from './shopCluster.ts';

/** A cluster whose time is not this machine's: the demo's shop, or a real one beside a clock that is wrong. */
let shop: ShopCluster;
beforeEach(async () => {
  shop = await ShopCluster.open();
});
afterEach(() => shop.close());

const fairlead = (...argv: string[]): Promise<Ran> => shop.run(...argv);

describe('in a cluster of another time', () => {
  it('status judges the numbers by its time, not by ours', async () => {
    const { code, out } = await fairlead('status');
    expect(code).toBe(0);
    expect(out).toMatch(/^shop\/frontend +2\/2 +2\.\.5 +\d+% +\d+ ms +[\d.]+% +autonomous +\S+ +calm$/m);
    expect(out).not.toContain('stale');
    expect(out).not.toContain('fleet halt');
    expect(out, 'no CircuitBreaker is there yet').toMatch(/^shop\/frontend .* autonomous +- /m);
    expect(out).toMatch(/^no executor runs in agent-system: none has run yet: nobody acts, verifies or undoes$/m);
  });

  it('its help says of each column what stands there', async () => {
    const [head = ''] = (await fairlead('status')).out.split('\n');
    const help = (await cli('status', '--help')).out;
    for (const column of head.split(/\s+/)) expect(help).toMatch(new RegExp(`^ {2}${column} +\\S`, 'm'));
  });

  it('what-if judges by it too', async () => {
    const { out } = await fairlead('what-if', 'scale', 'shop/frontend', '--replicas', '3', '--as', 'person');
    expect(out).not.toMatch(/stale|fresh/);
    expect(out).toContain('scale to 3 on shop/frontend: allowed');
  });
});
