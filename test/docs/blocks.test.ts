import { describe, expect, it } from 'vitest';
import { blockFaults } from './blocks/blockFaults.ts';
import { unsaid } from './blocks/said.ts';
import { pages } from './pages.ts';

const page = (text: string) => ({ file: 'x.md', text });
const block = (head: string, text: string): string => `\`\`\`${head}\n${text}\n\`\`\`\n`;
const SHOP = '<!-- stage: shop -->\n';

describe('the blocks of a page', () => {
  it.each(pages())('can be trusted: $file', (each) => {
    expect(blockFaults(each)).toEqual([]);
  });

  it.each([
    ['no language', block('', 'text'), 'without a language'],
    ['another language', block('console', '$ ls'), 'the language console'],
    ['a word that means nothing', block('json skip=pods', '{}'), 'skip means nothing for json'],
    ['nothing in it', block('text', ' '), 'an empty block'],
    ['a prompt', SHOP + block('sh', '$ ls'), 'a prompt before the command in line 3'],
    ['half a command', SHOP + block('sh', 'ls\nfor x in 1; do'), 'line 4: no command'],
    ['half a word', SHOP + block('sh', 'echo "a'), 'no command'],
    ['a document that does not end', SHOP + block('sh', 'cat <<END\na'), 'no command'],
    ['comments alone', SHOP + block('sh', '# ls'), 'no command'],
    ['no stage', block('sh', 'ls'), 'names no stage'],
    ['a stage for nothing', SHOP + block('sh skip=pods', 'ls'), 'nothing runs on the stage shop'],
    ['a stage that is none', `<!-- stage: moon -->\n${block('sh', 'ls')}`, 'the stage moon is none'],
    ['a test that is none', `<!-- stage: test/no.test.ts -->\n${block('sh', 'ls')}`, 'is none'],
    ['a reason that is none', block('sh skip=later', 'ls'), 'skip=later'],
    ['a person unknown', SHOP + block('sh as=eve', 'ls'), 'as=eve'],
    ['an answer to what is not run', block('sh skip=pods', 'ls') + block('text', 'a'), 'is not to be shown'],
    ['bad JSON', block('json', '{a: 1}'), 'no JSON'],
    ['bad YAML', block('yaml', 'routes: [1'), 'Flow sequence'],
    ['a blueprint with a fault', block('yaml', 'metadata: {name: web, version: 1.0.0}\nspec: {}'), 'spec.scaling'],
    ['a fragment with a fault', block('yaml', 'verification: {stabilization_period: 60}'), 'stabilization_period'],
    ['a fragment below spec with a fault', block('yaml', 'autonomy: yes'), 'autonomy'],
    ['a word beside a fragment', block('yaml', 'autonomy: observe\nautonmy: observe'), 'UnknownField'],
    [
      'an object of ours with a fault',
      block(
        'yaml',
        'apiVersion: fairlead.dev/v1alpha1\nkind: ClusterBlueprint\nmetadata: {name: default}\nspec: {x: 1}',
      ),
      'UnknownField',
    ],
    [
      'a record of ours with a fault',
      block('yaml', 'apiVersion: fairlead.dev/v1alpha1\nkind: CircuitBreaker\nmetadata: {name: web}\nspec: {holds: 1}'),
      'spec.holds',
    ],
    ['a kind that is none', block('yaml', 'apiVersion: fairlead.dev/v1alpha1\nkind: Blue'), 'none of our kinds'],
    ['a refusal that is none', block('yaml refused=MinAboveMax', 'autonomy: observe'), 'but with nothing'],
    [
      'a refusal for something else',
      block('yaml refused=DuplicateKey', 'autonomy: yes'),
      'is not refused with DuplicateKey, but with',
    ],
  ])('are seen to be wrong: %s', (_, text, words) => {
    expect(blockFaults(page(text))).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    ['blocks that are right', block('text', 'a') + block('json', '{"a": 1}') + block('ts', 'const a = 1;')],
    ['commands over several lines', SHOP + block('sh', 'for x in 1 2; do\n  echo $x\ndone\nls \\\n  -l | \\\n  cat')],
    ['what is not run', block('sh skip=pods', 'kubectl logs POD')],
    ['a longer fence', '````text\n```\n````\n'],
    ['a fragment', block('yaml', 'spec: {scaling: {max_replicas: 4}}\nverification: {stabilization_period: 30s}')],
    ['a fragment below spec', block('yaml', 'safety: {cooldown: 90s}\nnotifications: {alerts: ["webhook:pager"]}')],
    ['two documents', block('yaml', 'autonomy: observe\n---\nkind: List\napiVersion: v1')],
    ['what is no blueprint', block('yaml', 'routes: {}') + block('yaml other', 'metrics: {anything: 1}')],
    ['what must be refused', block('yaml refused=DuplicateKey', 'autonomy: observe\nautonomy: observe')],
  ])('are let stand: %s', (_, text) => {
    expect(blockFaults(page(text))).toEqual([]);
  });
});

describe('what a page says that a command prints', () => {
  it.each([
    ['all of it', 'a  b\nc', 'a b\nc\n', undefined],
    ['lines with others between', 'a\nc', 'a\nb\nc', undefined],
    ['parts of lines', 'in …  s', 'done in 3 s', undefined],
    ['an id', 'shop/web-k3v9x0a1b2 done', 'shop/web-9f8e7d6c5b done', undefined],
    ['what it did not print', 'a\nb', 'a\n', 'b'],
    ['another order', 'b\na', 'a\nb', 'a'],
    ['a line twice that came once', 'a\na', 'a\nb', 'a'],
    ['signs as they are', 'a.b (c)', 'axb (c)', 'a.b (c)'],
  ])('%s', (_, shown, printed, missing) => {
    expect(unsaid(shown, printed)).toBe(missing);
  });
});
