import type { Argument, Command, Option } from 'commander';
import { z } from 'zod';
import { Environment } from '../../src/config.ts';
import { EXIT, EXIT_WORDS } from '../../src/faces/cli/io.ts';
import { cliProgram } from '../../src/faces/cli/program.ts';
import { MODEL_VARIABLES } from '../../src/modelSettings.ts';
import { SECRET_VARIABLES } from '../../src/noticeSettings.ts';
import { code, codes, page, sentence, table } from './markdown.ts';

/** `docs/reference/cli.md`: every command with its arguments and options, the variables, the exit codes. */
export function cliPage(): string {
  let said = '';
  const out = (text: string): void => {
    said += text;
  };
  const all = commandsOf(cliProgram({ out, err: () => undefined }, () => async () => undefined));
  /** What `--help` says behind everything else. */
  const after = (command: Command): string => {
    said = '';
    command.outputHelp();
    return said.slice(command.helpInformation().length).trim();
  };
  return page(
    'Command line reference',
    'Every command of `fairlead`, its arguments and options, the variables of the environment, and the exit codes.',
    '`--help` behind a command says the same in a terminal. An option without a value is off unless it is given.',
    '',
    '## Commands',
    '',
    ...table(
      ['Command', 'Does'],
      all.map(({ name, command }) => [`[${name}](#${anchor(name)})`, sentence(command.description())]),
    ),
    ...all.flatMap(({ name, command }) => section(name, command, after(command))),
    '## Environment variables',
    '',
    'Options go before variables, and the variables of one role before those of all: [MODELS.md](../MODELS.md). A variable that is',
    'set to nothing counts as not set.',
    '',
    ...table(['Variable', 'Default', 'Is'], variables()),
    `A file with the value in its first line, as Kubernetes mounts a Secret, is named by the same variable with \`_FILE\` behind it: ${codes(SECRET_VARIABLES)}.`,
    '',
    '## Exit codes',
    '',
    ...exitCodes(),
  );
}

export const exitCodes = (): string[] =>
  table(
    ['Code', 'Means'],
    (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [code(String(EXIT[name])), EXIT_WORDS[name]]),
  );

interface Named {
  readonly name: string;
  readonly command: Command;
}

/** Each command that does something, by its whole name; a group that only holds others has a row of none. */
function commandsOf(program: Command): readonly Named[] {
  const under = (command: Command, before: string): Named[] =>
    command.commands
      .filter((one) => one.name() !== 'help')
      .flatMap((one) => {
        const name = `${before}${one.name()}`;
        return [...(isGroup(one) ? [] : [{ name, command: one }]), ...under(one, `${name} `)];
      });
  return under(program, '').toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** It has no action of its own: called alone it prints what stands under it. */
const isGroup = (command: Command): boolean => command.commands.length > 0 && command.options.length === 0;

function section(name: string, command: Command, after: string): string[] {
  const args = command.registeredArguments;
  const { options } = command;
  const usage = ['fairlead', name, ...(options.length > 0 ? ['[options]'] : []), ...args.map(shown)].join(' ');
  return [
    `### ${name}`,
    '',
    sentence(command.description()),
    '',
    '```text',
    usage,
    '```',
    '',
    ...(options.length === 0
      ? []
      : table(
          ['Option', 'Default', 'Is'],
          options.map((option) => [code(option.flags), fallback(option), sentence(meaning(option))]),
        )),
    ...examplesIn(after),
  ];
}

const shown = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
};

const IN_WORDS = / \(default: ((?:[^()]|\([^()]*\))*)\)/;

/** As it stands, or as the words say that it is found. */
function fallback(option: Option): string {
  if (option.mandatory) return 'required';
  const { defaultValue, negate } = option;
  const words = IN_WORDS.exec(option.description)?.[1];
  if (words !== undefined) return words;
  if (negate) return 'on';
  if (Array.isArray(defaultValue)) return codes(defaultValue.map(String));
  if (defaultValue !== undefined) return code(String(defaultValue));
  return option.required || option.optional ? 'none' : 'off';
}

function meaning({ description, argChoices }: Option): string {
  const words = description.replace(IN_WORDS, '');
  return argChoices === undefined ? words : `${words}: ${codes(argChoices)}`;
}

function examplesIn(after: string): string[] {
  const [before = '', examples = ''] = after.split(/^Examples:\n/m);
  const lines = examples
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return [...paragraphsIn(before), ...(lines.length === 0 ? [] : ['```text', ...lines, '```', ''])];
}

/** What is set out in lines stays so. */
const paragraphsIn = (text: string): string[] =>
  text
    .split('\n\n')
    .map((paragraph) => paragraph.replace(/^\n+|\n+$/g, ''))
    .filter((paragraph) => paragraph.trim() !== '')
    .flatMap((paragraph) => (/^ {2}/m.test(paragraph) ? ['```text', paragraph, '```', ''] : [paragraph.trim(), '']));

function variables(): readonly (readonly string[])[] {
  return Object.entries({ ...Environment.shape, ...MODEL_VARIABLES })
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => {
      const text = words(schema);
      return [code(name), IN_WORDS.exec(text)?.[1] ?? 'none', sentence(text.replace(IN_WORDS, ''))];
    });
}

function words(schema: unknown): string {
  if (!(schema instanceof z.ZodType)) return '';
  return schema.description ?? (schema instanceof z.ZodOptional ? words(schema.unwrap()) : '');
}

const anchor = (name: string): string => name.replaceAll(' ', '-');
