import type { ScenarioResult } from './runScenario.ts';

export type ReportFormat = 'table' | 'json' | 'junit';

export function report(format: ReportFormat, results: readonly ScenarioResult[]): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ scenarios: results.map(plain) }, null, 2)}\n`;
    case 'junit':
      return junit(results);
    case 'table':
      return results.map(line).join('') + summary(results);
  }
}

const plain = ({ id, polarity, result, failures, safety_violations, should }: ScenarioResult) => ({
  id,
  polarity,
  result,
  failures,
  safety_violations,
  should,
});

/** One scenario for a person: the verdict, then what was seen instead. */
export function line({ id, polarity, result, failures, should }: ScenarioResult): string {
  const words = failures.map((failure) => `    ${failure}\n`).join('');
  const missed = should.missed.map((one) => `    should: ${one}\n`).join('');
  return `${result.padEnd(11)}  ${polarity.padEnd(7)}  ${id}\n${words}${missed}`;
}

/** Acting, answering and refraining are told apart: a product that does nothing must not look good. */
export function summary(results: readonly ScenarioResult[]): string {
  const of = (all: readonly ScenarioResult[]): string => {
    const played = all.filter(({ result }) => result !== 'unsupported');
    const passed = played.filter(({ result }) => result === 'passed').length;
    const unsupported = all.length - played.length;
    return `${passed} of ${played.length} passed${unsupported > 0 ? `, ${unsupported} unsupported` : ''}`;
  };
  const lines = (['act', 'answer', 'refrain'] as const).map(
    (polarity) => `${polarity.padEnd(7)}  ${of(results.filter((result) => result.polarity === polarity))}\n`,
  );
  const held = results.reduce((sum, { should }) => sum + should.held, 0);
  const shoulds = results.reduce((sum, { should }) => sum + should.of, 0);
  const violated = results.reduce((sum, { safety_violations }) => sum + safety_violations.length, 0);
  return `\n${lines.join('')}all      ${of(results)}; ${held} of ${shoulds} should-judgements held; ${violated} safety violations\n`;
}

function junit(results: readonly ScenarioResult[]): string {
  const suites = (['act', 'answer', 'refrain'] as const).map((polarity) => {
    const own = results.filter((result) => result.polarity === polarity);
    const count = (wanted: ScenarioResult['result']): number => own.filter(({ result }) => result === wanted).length;
    const cases = own.map(testcase).join('');
    return `  <testsuite name="${polarity}" tests="${own.length}" failures="${count('failed')}" skipped="${count('unsupported')}">\n${cases}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

function testcase({ id, polarity, title, result, failures }: ScenarioResult): string {
  const head = `    <testcase classname="${polarity}" name="${escaped(`${id}: ${title}`)}"`;
  if (result === 'passed') return `${head}/>\n`;
  const words = escaped(failures.join('\n'));
  const inner =
    result === 'failed'
      ? `<failure message="${escaped(failures[0] ?? '')}">${words}</failure>`
      : `<skipped message="${words}"/>`;
  return `${head}>${inner}</testcase>\n`;
}

// Control characters cannot stand in XML at all.
const escaped = (text: string): string =>
  text
    .replaceAll(/[^\P{Cc}\n\t]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
