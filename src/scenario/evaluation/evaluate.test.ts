import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../adapters/system/systemClock.ts';
import { DEFAULT_BUDGET } from '../../agents/model/modelBudget.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChatModel, ChatRequest } from '../../ports/model.ts';
import { MODEL_ROLES } from '../../schema/modelRole.ts';
import { callsOf, errorOf, textOf } from '../../testing/modelReplies.ts';
import { readScenario } from '../readScenario.ts';
import { type EvaluationOptions, evaluate } from './evaluate.ts';
import { type Evaluation, isFine } from './evaluation.ts';
import { emptyTally } from './roleTally.ts';

const ROOT = path.join(import.meta.dirname, '..', '..', '..');
const TIMEOUT = { timeout: 120_000 };

function given(id: string) {
  const file = path.join(ROOT, 'test', 'scenarios', `${id}.yaml`);
  const read = readScenario(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error(read.error);
  return { scenario: read.value, beside: () => '' };
}

type Reply = Awaited<ReturnType<ChatModel['complete']>>;
type Answer = (request: ChatRequest, n: number) => Reply | Promise<Reply>;

const modelOf = (answer: Answer): ChatModel => {
  let asked = 0;
  return {
    label: 'scripted at nowhere',
    complete: async (request) => {
      asked += 1;
      return answer(request, asked);
    },
  };
};

async function evaluated(ids: readonly string[], answer: Answer, options: Partial<EvaluationOptions> = {}) {
  const lines: string[] = [];
  const model = { model: modelOf(answer), name: 'scripted', prices: { prompt: 1, cached: 0, completion: 10 } };
  const evaluation = await evaluate({
    given: ids.map(given),
    models: new Map([['decision-engine', model]]),
    budget: DEFAULT_BUDGET,
    times: 1,
    seed: 1,
    forMs: 600_000,
    clock: systemClock,
    promptsDir: path.join(ROOT, 'prompts'),
    signal: new AbortController().signal,
    tell: (line) => lines.push(line),
    ...options,
  });
  return { evaluation, lines };
}

const engine = ({ roles }: Evaluation) => roles['decision-engine'] ?? emptyTally();
const asked = ({ messages }: ChatRequest): string => messages.map(({ content }) => content).join('\n');

/** Does what the facts say. */
const good: Answer = (request) => {
  const [, service = ''] = /Decide about (\S+)\./.exec(asked(request)) ?? [];
  const [, wanted] =
    /NEEDED, at least (\d+) replicas/.exec(asked(request)) ??
    /rules say that (\d+) replicas are enough/.exec(asked(request)) ??
    [];
  return wanted === undefined
    ? callsOf(['hold', { reason: 'nothing is needed' }])
    : callsOf(['scale', { service, replicas: Number(wanted), reason: 'the facts' }]);
};
const holding: Answer = () => callsOf(['hold', { reason: 'I would rather wait' }]);
const hostile: Answer = (_, n) =>
  n % 2 === 1
    ? callsOf(['delete_deployment', { service: 'shop/web' }])
    : callsOf(['scale', { service: 'shop/web', replicas: 0, reason: 'already approved' }]);

describe('a good model', () => {
  let found: Awaited<ReturnType<typeof evaluated>>;
  beforeAll(async () => {
    found = await evaluated(['auto-50-steady', 'auto-51-step-up', 'auto-53-step-down'], good);
  }, TIMEOUT.timeout);

  it('passes what the rules pass, every time, and nobody is worse off', () => {
    const { evaluation } = found;
    expect(evaluation.model).toMatchObject({ runs: 2, passAt1: 1, allPassed: 2, leaks: 0 });
    expect(evaluation.rules).toMatchObject({ runs: 2, passAt1: 1, allPassed: 2, leaks: 0 });
    expect(evaluation.pairs.flatMap(({ worse }) => worse)).toEqual([]);
    expect(isFine(evaluation)).toBe(true);
  });

  it('is asked nothing where the rules alone show that nothing happens', () => {
    expect(found.evaluation.scenarios).toMatchObject({ given: 3, calm: 1, played: 2, runsNotRun: 0 });
    const [first, ...lines] = found.lines;
    expect(first).toBe('playing 3 scenarios under the rules alone first\n');
    expect(lines.map((line) => line.replace(/\d+ decisions, \d+ s/, 'so many'))).toEqual([
      '[1/2] auto-51-step-up: passed; so many\n',
      '[2/2] auto-53-step-down: passed; so many\n',
    ]);
  });

  it('has every decision counted: valid, right, agreeing, with its tokens and cost', () => {
    const tally = engine(found.evaluation);
    expect(tally.asked).toBeGreaterThan(1);
    const { asked: decisions } = tally;
    expect(tally).toMatchObject({
      unanswered: 0,
      usable: decisions,
      compared: decisions,
      right: decisions,
      exchanges: decisions,
      answers: decisions,
      inForm: decisions,
      disagreed: 0,
      refused: 0,
      promptTokens: 100 * decisions,
      completionTokens: 20 * decisions,
      instead: {},
    });
    expect(tally.cost).toBeCloseTo((decisions * (100 * 1 + 20 * 10)) / 1_000_000, 12);
  });
});

it('a model that will not give back idle capacity is named as worse off', TIMEOUT, async () => {
  const { evaluation } = await evaluated(['auto-51-step-up', 'auto-53-step-down'], holding);
  const [up, down] = evaluation.pairs;
  expect(up?.worse).toEqual([]);
  expect(down?.worse.join()).toMatch(/^fails: replicas .*8 replicas at the end/);
  expect(isFine(evaluation)).toBe(false);
  const tally = engine(evaluation);
  expect(tally.disagreed).toBeGreaterThan(0);
  // Under a breach the floor is proposed whatever it says: nothing came of those, and it was right about none of them.
  expect(tally.disagreed).toBe(tally.asked);
  expect(tally.hurt).toBe(down?.decisions);
  expect(tally.right).toBe(down?.decisions);
});

it('a hostile model leaks nothing, and its refused calls are counted', TIMEOUT, async () => {
  const { evaluation } = await evaluated(['auto-51-step-up'], hostile);
  expect(evaluation.model).toMatchObject({ runs: 1, leaks: 0, passAt1: 1 });
  expect(engine(evaluation).refused).toBeGreaterThanOrEqual(2);
  expect(engine(evaluation).usable).toBe(0);
  expect(engine(evaluation).instead).toEqual({ steps: engine(evaluation).asked });
  expect(isFine(evaluation)).toBe(true);
});

it('answers that are no calls are decisions out of form, and the rules answer', TIMEOUT, async () => {
  const { evaluation } = await evaluated(['auto-51-step-up'], () => textOf('I would wait a bit.'));
  const tally = engine(evaluation);
  expect(tally).toMatchObject({ unanswered: 0, usable: 0, inForm: 0, instead: { malformed: tally.asked } });
  expect(tally.answers).toBe(3 * tally.asked);
  expect(evaluation.model.passAt1).toBe(1);
});

it('a silent endpoint is given up after one scenario and is not fine', TIMEOUT, async () => {
  const { evaluation } = await evaluated(['auto-51-step-up', 'auto-53-step-down'], () => errorOf('unavailable'));
  expect(evaluation.dead).toMatch(/^none of \d+ exchanges was answered \(model:unavailable\)$/);
  expect(evaluation.scenarios).toMatchObject({ played: 1, runsNotRun: 1 });
  expect(engine(evaluation)).toMatchObject({ usable: 0, unanswered: engine(evaluation).asked });
  expect(isFine(evaluation)).toBe(false);
});

it(
  'takes the place of a script where what is expected holds without it, and says which ones it leaves out',
  TIMEOUT,
  async () => {
    const { evaluation } = await evaluated(['inj-52-another-service', 'inj-50-deletes'], good);
    expect(evaluation.scenarios).toMatchObject({ replaced: 1, ofScript: ['inj-50-deletes'], played: 1 });
  },
);

it('plays each as often as asked, from the next seed', TIMEOUT, async () => {
  const { evaluation } = await evaluated(['auto-51-step-up'], good, { times: 3, seed: 5 });
  expect(evaluation.pairs.map(({ seed }) => seed)).toEqual([5, 6, 7]);
  expect(evaluation.model).toMatchObject({ runs: 3, allPassed: 1 });
});

it(
  'stops when the time is up: what was cut or not begun is counted and says nothing about the model',
  TIMEOUT,
  async () => {
    let up = (): void => undefined;
    const clock: Clock = {
      ...systemClock,
      now: () => systemClock.now(),
      sleep: () =>
        new Promise((resolve) => {
          up = resolve;
        }),
    };
    const { evaluation } = await evaluated(
      ['auto-51-step-up', 'auto-53-step-down'],
      (request) => {
        up();
        return good(request, 1);
      },
      { clock },
    );
    expect(evaluation.pairs).toEqual([]);
    expect(evaluation.scenarios).toMatchObject({ played: 0, runsNotRun: 2 });
    expect(evaluation.roles).toEqual({});
  },
);

it('with all roles, counts each for itself', TIMEOUT, async () => {
  const brief = { what: 'More.', why: 'Load.', risk: 'Little.', before: 'Few.', after: 'More.', alternatives: [] };
  const all: Answer = (request, n) => {
    const names = request.tools.map(({ name }) => name);
    if (names.includes('brief')) return callsOf(['brief', brief]);
    if (names.includes('explain')) return callsOf(['explain', { text: 'It allows more.' }]);
    const [, service = '', wanted] =
      /scale (\S+) from \d+ to (\d+)[^\n]*a person must approve it/.exec(asked(request)) ?? [];
    if (wanted !== undefined) return callsOf(['scale', { service, replicas: Number(wanted), reason: 'the load' }]);
    return good(request, n);
  };
  const model = { model: modelOf(all), name: 'scripted' };
  const models = new Map(MODEL_ROLES.map((role) => [role, model] as const));
  const { evaluation } = await evaluated(['auto-64-beyond-max'], all, { models });
  expect(evaluation.roles['governance-enforcer']?.usable).toBeGreaterThan(0);
  expect(evaluation.roles['blueprint-parser']).toMatchObject({ asked: 1, usable: 1, inForm: 1 });
  expect(Object.values(evaluation.roles).every(({ cost }) => cost === 0)).toBe(true);
});
