import { compactJson } from './compactJson.ts';
import { EXAMPLES, type Example } from './examples.ts';
import { type Played, playedScenario, SCENARIOS, SEED } from './playedScenario.ts';

const TICK_S = 15;

/** Every file of `examples/` by its name, made anew from runs in virtual time. The same code gives the same bytes. */
export async function exampleFiles(): Promise<ReadonlyMap<string, string>> {
  const played = new Map<string, Played>();
  const files = new Map<string, string>();
  for (const { name, pick, ...how } of EXAMPLES) {
    const key = `${how.scenario} ${how.ticks} ${how.attacked}`;
    const run = played.get(key) ?? (await playedScenario(how));
    played.set(key, run);
    files.set(`${name}.json`, compactJson(pick(run)));
  }
  return files.set('README.md', page());
}

function page(): string {
  return `# Examples

What does the product write down? Real records of runs in virtual time, as \`kubectl get -o json\` and the journals have them.

| File | What happened | Scenario |
|---|---|---|
${EXAMPLES.map(row).join('\n')}

- A file is one Kubernetes object, a \`List\` of them, or records of the journal. Every instant is virtual: each run begins on
  2026-01-05, with seed ${SEED}, rules in place of a model or a model
  that is played, and a key for votes that anybody can make.
- A record of kind \`call\` holds the verdict, with all findings, and after it the whole input of the gate, so that the verdict can be
  found again from the record alone. Records of a file are an excerpt: \`prev\` leads to the record before in the journal, which may not be among them.
- Fields are explained where they are declared: \`src/schema/records.ts\` for objects, \`src/schema/journal.ts\` for records; findings in
  [rules.md](../docs/reference/rules.md).

Written by \`npm run examples\`; a test compares every byte, checks each part against its schema, each record against its hash, and judges
each call again. The same stories as a person sees them: [demos](../demos/README.md).
`;
}

function row({ name, about, scenario, ticks }: Example): string {
  const end = ticks === undefined ? '' : `, its first ${clockOf(ticks * TICK_S)}`;
  return `| [${name}](${name}.json) | ${about} | [${scenario}](../${SCENARIOS}/${scenario}.yaml)${end} |`;
}

const clockOf = (seconds: number): string =>
  [Math.floor(seconds / 60), seconds % 60]
    .flatMap((part, n) => (part === 0 ? [] : [`${part} ${n === 0 ? 'min' : 's'}`]))
    .join(' ');
