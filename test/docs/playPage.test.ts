import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { playPage } from './stage/playPage.ts';
import { emptyStage, type Stage } from './stage/stage.ts';

const sh = (text: string, info = ''): string => `\`\`\`sh${info}\n${text}\n\`\`\`\n`;
const text = (shown: string): string => `\n\`\`\`text\n${shown}\n\`\`\`\n`;

describe('the commands of a page', () => {
  let stage: Stage;
  beforeEach(() => {
    stage = {
      ...emptyStage(undefined),
      written: [[/\bSERVICE\b/g, 'web']],
      shown: (all) => all.replaceAll('HERE', 'there'),
    };
  });
  afterEach(() => stage.close());

  const played = (page: string, withinMs = 20_000) => playPage({ file: 'x.md', text: page }, stage, withinMs);

  it.each([
    ['in one shell, in order', sh('cd ..\nexport A=1') + sh('test "$A" = 1\ntest -d work')],
    ['over several lines', sh('for x in 1 2; do\n  echo "$x"\ndone\ncat <<END\nthree\nEND') + text('three')],
    ['that must fail', sh('test -e no # exits 1\nsh -c "exit 3"   # a reason, exits 3')],
    [
      'with what they print, on either output',
      sh('echo one >&2\necho two; echo three >&2; echo 4 s') + text('two\nthree\n… s'),
    ],
    ['with a name that stands for one of the stage', sh('echo SERVICE, HERE') + text('web, there')],
    ['as somebody else', sh('basename "$HOME"', ' as=omar') + text('omar') + sh('basename "$HOME"') + text('ada')],
    ['that nobody sees', `<!-- run: touch made -->\n${sh('ls')}${text('made\nweb.yaml')}`],
    ['but not those with a reason', sh('exit 5', ' skip=pods')],
    ['that leave something running', sh('sleep 600 &\necho done') + text('done')],
  ])('are run %s', async (_, page) => {
    expect(await played(page)).toBeUndefined();
  });

  it.each([
    [
      'a command that fails',
      `# A\n\n${sh('echo first\necho why; false\necho third')}`,
      'x.md:5: exits 1, and not 0\n$ echo why; false\nwhy\n',
    ],
    ['one that is unknown', sh('fairleed status'), 'x.md:2: exits 127, and not 0\n$ fairleed status\n'],
    ['a pipe that fails in its middle', sh('false | cat'), 'x.md:2: exits 1, and not 0'],
    [
      'one that should fail and does not',
      sh('true # exits 1'),
      'x.md:2: exits with another code, and not 1\n$ true # exits 1',
    ],
    ['another code', sh('sh -c "exit 4" # exits 3'), 'x.md:2: exits with another code, and not 3'],
    [
      'what is not printed',
      sh('echo first\necho second') + text('second\nthird'),
      'x.md:6: the command does not print: third\n$ echo second\nsecond\n',
    ],
    [
      'what only a command before printed',
      sh('echo first\necho second') + text('first'),
      'the command does not print: first',
    ],
    ['an output in an earlier block', sh('echo a') + text('b') + sh('false'), 'x.md:5: the command does not print: b'],
    ['one that nobody sees and fails', `<!-- run: false -->\n${sh('true')}`, 'x.md:1: exits 1'],
    ['a question nobody answers', sh('read -r answer'), 'x.md:2: exits 1'],
    ['a variable of another page', sh('set -u\necho "$KUBECONFIG"'), 'x.md:3: exits 1'],
  ])('are found wrong: %s', async (_, page, words) => {
    expect(await played(page)).toContain(words);
  });

  it('are found wrong: one that does not end', async () => {
    expect(await played(sh('echo begun\nsleep 600'), 500)).toMatch(
      /^x\.md:3: does not end: the page has 0\.5 s\n\$ sleep 600/,
    );
  });
});
