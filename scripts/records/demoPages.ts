import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { SCENARIOS } from '../../src/faces/cli/demo/scenarios.ts';
import { DEMOS, type Demo, LEGEND } from './demos.ts';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'fairlead');
const TIMEOUT_MS = 60_000;

/** Every page of `demos/` by its name, from the program's own output. Time and ids in it are virtual: it prints the same again. */
export async function demoPages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map([['README.md', index()]]);
  for (const demo of DEMOS) pages.set(`${demo.name}.md`, demoPage(demo, await transcript(demo.scenario)));
  return pages;
}

const command = (scenario: number): string => `bin/fairlead demo --no-input --scenario ${scenario}`;

/** What the command prints, on no terminal and with no setting of this machine. Rejects when a scenario does not end as specified. */
async function transcript(scenario: number): Promise<string> {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { ...(PATH && { PATH }), ...(HOME && { HOME }), ...(TMPDIR && { TMPDIR }) };
  const args = [BIN, ...command(scenario).split(' ').slice(1)];
  return (await promisify(execFile)(process.execPath, args, { env, timeout: TIMEOUT_MS })).stdout;
}

/** Throws where the page points at words that were not printed. */
export function demoPage({ title, asks, scenario, look, next, yourself }: Demo, printed: string): string {
  const from = printed.indexOf(`scenario ${scenario}: `);
  const to = printed.indexOf('\n\nNext:');
  if (from < 0 || to < from) throw new Error(`scenario ${scenario}: the story has another beginning or end`);
  const story = printed.slice(from, to);
  const missing = look.filter(([words]) => !onOneLine(story).includes(onOneLine(words)));
  if (missing.length > 0) throw new Error(`scenario ${scenario} no longer prints: ${missing.join('; ')}`);
  const unexplained = labelsIn(story).filter((label) => !(label in LEGEND));
  if (unexplained.length > 0) throw new Error(`the legend lacks: ${unexplained.join(', ')}`);
  return `# ${title}

${asks} ([How to read a story](README.md#how-to-read-a-story).)

<!-- stage: test/docs/demos.test.ts -->

\`\`\`sh
${command(scenario)}
\`\`\`

\`\`\`text
…
${story}
…
\`\`\`

| What to look at | What it says |
|---|---|
${look.map(([words, says]) => `| \`${words}\` | ${says} |`).join('\n')}

${next.map((line) => `- ${line}.`).join('\n')}
${yourself === undefined ? '' : `\n${yourself}`}`;
}

/** The word at the left of each entry, with its time or below one that has it. */
const labelsIn = (story: string): string[] => [
  ...new Set([...story.matchAll(/^(?:\d\d:\d\d | {6})([a-z]+) /gm)].map(([, label = '']) => label)),
];

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

function index(): string {
  const others = SCENARIOS.filter(({ number }) => !DEMOS.some(({ scenario }) => scenario === number)).toSorted(
    (a, b) => a.number - b.number,
  );
  return `# Demos

What does the product do, told from its own journal? ${DEMOS.length} of the ${SCENARIOS.length} scenarios have a page, with the command, what it prints and
what to look at in it; the others are played alike.

| Page | What it answers |
|---|---|
${DEMOS.map(({ name, title, asks }) => `| [${title}](${name}.md) | ${asks} |`).join('\n')}

| Without a page | What happens |
|---|---|
${others.map(({ number, name, about }) => `| \`bin/fairlead demo --no-input --scenario ${number}\` | ${name}: ${about} |`).join('\n')}

- \`npm run demo\` plays all scenarios one after the other at a speed that can be followed, with a dashboard above. With
  \`bin/fairlead demo --scenario 1,4\` it is some of them; \`--keep\` leaves the shop open: it prints what to type
  then, and you can [answer an approval](02-approval-workflow.md#answer-one-yourself).
- \`--no-input\`, as on these pages, prints the story at once: the shop lives in virtual time, and the same \`--seed\` prints the same
  again, with all ids. It exits 1 where a scenario did not end as specified.
- Controller, gate, executor and gateway are the real ones. Cluster, customers and people are played; no model is asked.

## How to read a story

An entry has the time of the shop (where that has moved on), a word, and what it is about:

| Word | What it means |
|---|---|
${Object.entries(LEGEND)
  .map(([word, means]) => `| \`${word}\` | ${means} |`)
  .join('\n')}

At its end each service has a line. In \`2 ■■▪·· 5\` the minimum is 2 and the maximum 5; ■ is a pod that is ready, ▪ one that is starting, ·
room. Then come CPU and p95 latency with their last minutes, and what is going on: \`calm\` is nothing.

Written by \`npm run demos\`; a test plays each again and compares the pages. The records behind such stories: [examples](../examples/README.md).
`;
}
