import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Page, ROOT } from '../pages.ts';
import { commandsOf } from './commands.ts';
import { type Fence, fences, stageOf } from './fences.ts';
import { yamlFaults } from './yamlFaults.ts';

export const LANGUAGES: ReadonlySet<string> = new Set(['sh', 'yaml', 'json', 'text', 'ts']);

/** Why commands of a page are not run, and what would be needed. The list is closed. */
export const SKIPPED = {
  container: 'needs a container engine',
  pods: 'needs programs that run in pods',
  model: 'needs a model',
  browser: 'needs a browser',
  'chat-client': 'needs a chat client of the reader',
  prometheus: 'needs a Prometheus',
  install: 'installs something on the machine, or needs an installation that the stage is not',
  typing: 'asks for what a person types',
  long: 'runs for minutes, or until it is stopped',
} as const;

/** Who may stand in `as=`: without it, ada, who asks. */
export const PEOPLE: ReadonlySet<string> = new Set(['ada', 'omar']);

const INFO: Readonly<Record<string, ReadonlySet<string>>> = {
  sh: new Set(['skip', 'as']),
  yaml: new Set(['refused', 'other']),
};

/** What is wrong with the blocks of a page, without running one: each with its line. */
export function blockFaults({ file, text }: Page): readonly string[] {
  const blocks = fences(text);
  const faults = [...stageFaults(file, text, blocks)];
  for (const block of blocks) faults.push(...faultsOf(block, blocks).map((fault) => `${file}:${block.line}: ${fault}`));
  return faults;
}

function stageFaults(file: string, text: string, blocks: readonly Fence[]): string[] {
  const stage = stageOf(text);
  const runs = blocks.filter(isRun);
  if (stage === undefined) {
    return runs.length === 0 ? [] : [`line ${runs[0]?.line}: runs commands, and the page names no stage`];
  }
  if (stage === 'shop' || stage === 'none') return runs.length === 0 ? [`nothing runs on the stage ${stage}`] : [];
  const full = path.join(ROOT, stage);
  return stage.endsWith('.test.ts') && existsSync(full) && readFileSync(full, 'utf8').includes(path.basename(file))
    ? []
    : [`the stage ${stage} is none: write shop, none, or the test that plays the page`];
}

function faultsOf(block: Fence, blocks: readonly Fence[]): readonly string[] {
  const { language, info, text } = block;
  if (language === '') return ['a block without a language'];
  if (!LANGUAGES.has(language)) return [`the language ${language}: write one of ${[...LANGUAGES].join(', ')}`];
  const strange = Object.keys(info).filter((word) => INFO[language]?.has(word) !== true);
  if (strange.length > 0) return [`${strange.join(', ')} means nothing for ${language}`];
  if (text.trim() === '') return ['an empty block'];
  if (language === 'sh') return commandFaults(block);
  if (language === 'yaml') return yamlFaults(block);
  if (language === 'json') return jsonFaults(text);
  const before = block.followsAt === undefined ? undefined : blocks[block.followsAt];
  if (language === 'text' && before?.language === 'sh' && !isRun(before)) {
    return ['what a command that is not run printed is not to be shown'];
  }
  return [];
}

function commandFaults({ info, text, line }: Fence): string[] {
  const faults: string[] = [];
  const { skip, as } = info;
  if (skip !== undefined && !(skip in SKIPPED)) {
    faults.push(`skip=${skip}: write one of ${Object.keys(SKIPPED).join(', ')}`);
  }
  if (as !== undefined && !PEOPLE.has(as)) faults.push(`as=${as}: write one of ${[...PEOPLE].join(', ')}`);
  const prompt = text.split('\n').findIndex((each) => /^\s*[$>] /.test(each));
  if (prompt !== -1) faults.push(`a prompt before the command in line ${line + 1 + prompt}`);
  const commands = commandsOf(text, line + 1);
  if (typeof commands === 'string') faults.push(commands);
  else if (commands.length === 0) faults.push('no command');
  return faults;
}

function jsonFaults(text: string): string[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [`no JSON: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Whether its commands are to be run on the page's stage. */
export const isRun = ({ language, info }: Fence): boolean => language === 'sh' && info['skip'] === undefined;
