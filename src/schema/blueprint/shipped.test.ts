import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { validateFiles } from './validateFiles.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..', 'blueprints');
const names = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
const documents = names.filter((name) => !name.endsWith('.verdicts.yaml'));
const read = (name: string): string => readFileSync(path.join(ROOT, name), 'utf8');

const Case = z.strictObject({
  call: z.looseObject({ tool: z.string() }),
  when: z.looseObject({}),
  verdict: z.enum(['allowed', 'restricted', 'forbidden']),
});

describe('the blueprints that are shipped', () => {
  const { report } = validateFiles(documents.map((name) => ({ file: `blueprints/${name}`, text: read(name) })));

  it('are there', () => {
    expect(documents.length).toBeGreaterThanOrEqual(6);
  });

  it.each(report.files.map((one) => [one.file, one] as const))(
    '%s is valid, under the global rules beside it',
    (_, one) => {
      expect(one.errors).toEqual([]);
    },
  );

  it.each(documents.filter((name) => !name.startsWith('global')))(
    '%s has the verdicts it must give beside it',
    (name) => {
      const cases = z
        .array(Case)
        .min(2)
        .safeParse(parse(read(name.replace(/\.yaml$/, '.verdicts.yaml'))));
      expect(cases.error?.message).toBeUndefined();
    },
  );
});
