import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const SETUP = pathToFileURL(path.join(import.meta.dirname, '..', '..', 'scripts', 'setup.mjs')).href;

describe('set-up', () => {
  it.each([
    { version: '18.20.8', code: 1, words: /needs Node\.js 20\.19 or newer; this is 18\.20\.8/ },
    { version: '20.18.3', code: 1, words: /this is 20\.18\.3/ },
    { version: '20.19.0', code: 0, words: /^$/ },
    { version: '22.0.0', code: 0, words: /^$/ },
  ])('answers Node.js $version with code $code', ({ version, code, words }) => {
    const script = `import { requireNode } from '${SETUP}'; requireNode('${version}');`;
    const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(done.status).toBe(code);
    expect(done.stderr).toMatch(words);
  });
});
