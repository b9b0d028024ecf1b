import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACCOUNTS, RIGHTS } from '../src/install/rights.ts';
import { rightsPage } from './rightsPage.ts';

const ROOT = path.join(import.meta.dirname, '..');

describe('what each token can do', () => {
  it('is on its page as the tables have it', () => {
    expect(readFileSync(path.join(ROOT, 'docs', 'reference', 'rights.md'), 'utf8')).toBe(rightsPage());
  });

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
