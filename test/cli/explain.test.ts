import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeOpenai } from '../../src/testing/fakeOpenai.ts';
import { cli } from './cli.ts';

const GOOD = `metadata: { name: web, version: 1.0.0 }
spec:
  scaling: { min_replicas: 2, max_replicas: 10 }
`;
const BAD = GOOD.replace('min_replicas: 2', 'min_replicas: 20');

let dir: string;
let model: FakeOpenai;
beforeEach(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-cli-'));
  model = await FakeOpenai.start();
});
afterEach(async () => {
  rmSync(dir, { recursive: true, force: true });
  await model.stop();
});

function file(name: string, text: string): string {
  const at = path.join(dir, name);
  writeFileSync(at, text);
  return at;
}

function says(args: object): void {
  const call = { id: 'a', type: 'function', function: { name: 'explain', arguments: JSON.stringify(args) } };
  model.always = () => ({
    body: {
      id: 'c',
      object: 'chat.completion',
      created: 0,
      model: 'tiny',
      choices: [
        { index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content: '', tool_calls: [call] } },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    },
  });
}

describe('fairlead validate --explain', () => {
  it('explains by rules, and says so, where no model is configured', async () => {
    const { code, out } = await cli('validate', '--explain', file('web.yaml', BAD));
    expect(code).toBe(1);
    expect(out).toContain('explained by: rules, not a model');
    expect(out).toMatch(
      /web\.yaml {2}is refused; nothing is in force\n {2}- line 3: .*; to mend it: lower min_replicas/,
    );
  });

  it('shows a model’s words as such, and its draft once it is checked', async () => {
    says({ text: 'The lower limit is above the upper one.', yaml: GOOD });
    const { code, out } = await cli('validate', '--explain', file('web.yaml', BAD), '--model-url', model.baseUrl);
    expect(code).toBe(1);
    expect(out).toMatch(/in the words of a model \(.*blueprint-parser@1\), checked by nobody:\n {2}«The lower limit/);
    expect(out).toMatch(/a draft of a model, checked: .*nothing puts it into force:\nmetadata:\n/);
    expect(out).toContain('min_replicas: 2\n');
  });

  it('shows no draft that widens, and says why', async () => {
    says({ text: 'Mended.', yaml: GOOD.replace('max_replicas: 10', 'max_replicas: 10, tolerance: 50%') });
    const { out } = await cli('validate', '--explain', file('web.yaml', BAD), '--model-url', model.baseUrl);
    expect(out).toContain("a model's draft is not shown: it changes spec.scaling.tolerance, where nothing is wrong");
    expect(out).not.toContain('nothing puts it into force');
  });

  it('leaves what a program reads as it was', async () => {
    const { out, err } = await cli('validate', '--explain', '-o', 'json', file('web.yaml', BAD));
    expect(JSON.parse(out)).toMatchObject({ files: [{ valid: false }] });
    expect(err).toContain('explained by: rules');
  });

  it('asks nobody about files that are valid', async () => {
    const good = file('web.yaml', GOOD);
    expect(await cli('validate', '--explain', good, '--model-url', model.baseUrl)).toEqual({
      code: 0,
      out: expect.stringMatching(/web\.yaml: valid\n( {2}note .+\n)+$/),
      err: '',
    });
    expect(model.requests).toEqual([]);
  });
});
