import { parseArgs } from 'node:util';
import { assets } from '../cluster/harness.ts';
import { CRITERIA } from './criteria.ts';
import { committedPages, writePage } from './folder.ts';
import { RealStage } from './realStage.ts';
import { validate } from './validate.ts';

/**
 * `npm run validate`: plays every success criterion and writes its page in validation/.
 *
 * --check    compares with the pages that are there, real times aside, and writes nothing
 * SC-00N...  these alone
 */
const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const needsCluster = CRITERIA.some(
  ({ id, real }) => real.length > 0 && (positionals.length === 0 || positionals.includes(id)),
);
const stage = needsCluster && assets() !== undefined ? await RealStage.open() : undefined;
try {
  process.exitCode = await validate({
    criteria: CRITERIA,
    only: positionals,
    check: values.check,
    which: 'all',
    stage,
    requireAll: process.env['REQUIRE_ALL'] === '1',
    pages: committedPages,
    write: writePage,
    say,
  });
} finally {
  await stage?.close();
}
