import { ErrorCode, type GetPromptResult, type Prompt as Listed, McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { loadPrompt, type Prompt } from '../../agents/prompt.ts';
import { serviceNames } from './services.ts';
import { ours } from './told.ts';
import type { Call } from './tool.ts';

interface Argument {
  readonly name: string;
  readonly description: string;
  /** Said where the person said nothing; absent: they have to. */
  readonly usual?: string;
}

const SERVICE: Argument = { name: 'service', description: 'namespace/name' };
const HOURS: Argument = { name: 'hours', description: 'how many hours back', usual: '12' };

/** What somebody on call asks for again and again. The words stand in `prompts/mcp`. */
const PROMPTS: readonly {
  readonly name: string;
  readonly title: string;
  readonly says: string;
  readonly takes: readonly Argument[];
}[] = [
  {
    name: 'triage',
    title: 'Triage',
    says: 'What is wrong, and what a person should do now',
    takes: [{ ...SERVICE, usual: 'the services that need it most' }],
  },
  {
    name: 'why',
    title: 'Why',
    says: 'Why a decision went as it did',
    takes: [{ name: 'decision', description: 'namespace/name' }],
  },
  { name: 'pending', title: 'Pending', says: 'What waits for people, with risk and links', takes: [] },
  {
    name: 'what-if',
    title: 'What if',
    says: 'What the rules would say to a change, and what speaks for it',
    takes: [SERVICE, { name: 'change', description: 'such as: scale to 6' }],
  },
  { name: 'handover', title: 'Handover', says: 'The last hours for who is on call next', takes: [HOURS] },
  { name: 'postmortem', title: 'Postmortem', says: 'A blameless draft from the records', takes: [SERVICE, HOURS] },
  {
    name: 'draft-blueprint',
    title: 'Draft a blueprint',
    says: 'Limits for a service, checked, with what they widen',
    takes: [SERVICE, { name: 'wishes', description: 'what it should keep to', usual: 'none said: be careful' }],
  },
];

const LONGEST = 1_000;
const MOST_VALUES = 100;

export type LoadedPrompts = ReadonlyMap<string, Prompt<z.ZodObject>>;

/** Reads every prompt; one whose file and variables do not agree is a fault of the installation and throws. */
export const loadMcpPrompts = (folder: string): LoadedPrompts =>
  new Map(
    PROMPTS.map(({ name, takes }) => {
      const variables = z.object(Object.fromEntries(takes.map((one) => [one.name, z.string()])));
      return [name, loadPrompt(folder, `${name}.v1.md`, variables)];
    }),
  );

export const promptList = (): Listed[] =>
  PROMPTS.map(({ name, title, says, takes }) => ({
    name,
    title,
    description: says,
    arguments: takes.map((one) => ({
      name: one.name,
      description: one.description,
      required: one.usual === undefined,
    })),
  }));

/** The words to begin a conversation with. What the person filled in stays their words, on one line. */
export function promptText(
  loaded: LoadedPrompts,
  name: string,
  args: Readonly<Record<string, string>>,
): GetPromptResult {
  const known = PROMPTS.find((one) => one.name === name);
  const prompt = loaded.get(name);
  if (known === undefined || prompt === undefined) {
    throw new McpError(
      ErrorCode.InvalidParams,
      `there is no such prompt; they are ${PROMPTS.map((one) => one.name).join(', ')}`,
    );
  }
  const values = known.takes.map(({ name: own, usual }): readonly [string, string] => {
    const said = ours(args[own] ?? '', LONGEST);
    if (said === '' && usual === undefined) throw new McpError(ErrorCode.InvalidParams, `${name} wants ${own}`);
    return [own, said === '' ? (usual ?? '') : said];
  });
  const text = `${prompt.system}\n\n${prompt.render(Object.fromEntries(values))}`;
  return { description: known.says, messages: [{ role: 'user', content: { type: 'text', text } }] };
}

/** Values of an argument that begin so. */
export async function promptValues({ desk }: Call, argument: string, begun: string): Promise<string[]> {
  const all = argument === 'service' ? serviceNames(desk) : argument === 'decision' ? await decisionNames(desk) : [];
  return all.filter((value) => value.startsWith(begun)).slice(0, MOST_VALUES);
}

async function decisionNames({ views }: Call['desk']): Promise<readonly string[]> {
  const list = await views.decisionList({});
  return list.ok ? list.value.items.map(({ namespace, name }) => `${namespace}/${name}`) : [];
}
