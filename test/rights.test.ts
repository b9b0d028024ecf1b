import { describe, expect, it } from 'vitest';
import { ACCOUNTS, RIGHTS } from '../src/install/rights.ts';

describe('what each token can do', () => {
  it.each(ACCOUNTS)('has a reason for each right of the %s, and names no verb or resource twice', (account) => {
    const all = RIGHTS[account].flatMap(({ group, resources, verbs, names = [''], why }) => {
      expect(why.length).toBeGreaterThan(5);
      return resources.flatMap((resource) =>
        verbs.flatMap((verb) => names.map((name) => `${verb} ${resource} ${group} ${name}`)),
      );
    });
    expect(all).toEqual([...new Set(all)]);
  });
});
