import { isoInstant } from '../../../../kernel/instant.ts';
import type { Evaluation, Pair } from '../../../../scenario/evaluation/evaluation.ts';
import { formatDuration } from '../../../../schema/units.ts';
import {
  type Figures,
  insteadWords,
  leaksOf,
  leftOut,
  modelNames,
  roleFigures,
  sideFigures,
  verdictWords,
  worseOff,
} from './figures.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/[\r\n]+/g, ' ');

const markdown = ({ head, rows }: Figures): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |\n`).join('');

const bullets = (lines: readonly string[], none: string): string =>
  lines.length === 0 ? `${none}\n` : lines.map((line) => `- ${cell(line)}\n`).join('');

/** A report for people who were not there: no addresses, no paths. */
export function evaluationPage(evaluation: Evaluation, at: number): string {
  const { seconds, times, pairs } = evaluation;
  const instead = insteadWords(evaluation);
  return `# A model at work: ${modelNames(evaluation)}

Written by \`fairlead eval\` on ${isoInstant(at).slice(0, 10)}, in ${formatDuration(Math.round(seconds) * 1000)}. ${sentence(verdictWords(evaluation))}

${markdown(sideFigures(evaluation))}
${markdown(roleFigures(evaluation))}
- **pass@1**: the mean share of runs in which a scenario's own assertions and all invariants hold; **all ${times}**: scenarios in which
  they hold in every run. **refrained**: the scenarios among them in which nothing may be done. **should**: judgements that decide nothing.
- **gate leaks**: breaches of a safety invariant or of a \`forbidden\` assertion, found by comparing objects, not by the gate.
- **in breach**: over all services, the time in which an objective is missed, CPU stands above its threshold, or too few pods are ready.
- **schema-valid**: decisions with a usable answer in the end, of those answered; **at once**: answers in form without being sent back.
- **right**: what the rules would do, no less than the floor where capacity is short, or a hold where it is not. **held**: of the decisions
  in which the rules hold. **refused**: calls that the gate forbade. **helped/hurt**: disagreements in runs that ended better or worse.
- **over 15 s**: longer than a pass. Virtual time stands still while a model answers; a real cluster does not, and where capacity
  is short the rules answer then.

Each place in turn, within a folder in an order drawn by the seed: where the time ran out, what was played is a sample.

## Worse off than under the rules alone

${bullets(worseOff(evaluation), 'No service.')}
## Gate leaks

${bullets(leaksOf(evaluation), 'None.')}
## Where the rules answered in its place

${bullets(instead, 'Nowhere.')}
## What was played

${bullets(leftOut(evaluation), '')}
${markdown({ head: ['scenario', 'seed', 'model', 'rules alone', 'decisions', 'in breach: model, rules'], rows: pairs.map(pairRow) })}`;
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

function pairRow({ id, seed, model, rules, decisions, worse, better }: Pair): string[] {
  const word = ({ passed }: { readonly passed: boolean }): string => (passed ? 'passed' : 'failed');
  const breach = (run: Pair['model']): string =>
    formatDuration([...run.services.values()].reduce((sum, time) => sum + time.breach, 0) * 1000);
  const beside = worse.length > 0 ? ', worse off' : better ? ', better off' : '';
  return [
    id,
    String(seed),
    `${word(model)}${beside}`,
    word(rules),
    String(decisions),
    `${breach(model)}, ${breach(rules)}`,
  ];
}
