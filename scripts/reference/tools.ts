import { ROLES } from '../../src/agents/roles/roles.ts';
import { promptList } from '../../src/faces/mcp/prompts.ts';
import { FIXED, TEMPLATES } from '../../src/faces/mcp/resources.ts';
import type { Annotations, McpTool } from '../../src/faces/mcp/tool.ts';
import { MCP_TOOLS } from '../../src/faces/mcp/tools.ts';
import { TOOLS } from '../../src/tools/catalog.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { code, codes, page, sentence, table } from './markdown.ts';
import { fieldsOf } from './shapes.ts';

/** `docs/reference/tools.md`: what models and chats are offered. */
export function toolsPage(): string {
  return page(
    'Tools',
    'Every tool that a model or a chat is offered, its arguments, and who sees it.',
    'The gate judges every call, also of a tool that does not exist: that one is refused and recorded by its name.',
    '',
    '## Agents',
    '',
    'What each agent of the product may call, and how its run ends. A role without a model calls nothing: rules answer. A tool\nwithout a role is offered to no agent; the gate knows it all the same.',
    '',
    ...table(
      ['Role', 'Tools', 'Answers'],
      ROLES.map(({ id, tools, answers }) => [
        code(id),
        tools.length === 0 ? 'none' : codes(tools.map(({ name }) => name)),
        codes(answers.map(({ name }) => name)),
      ]),
    ),
    '## Tools of the agents',
    '',
    ...table(
      ['Tool', 'Effect', 'Does', 'Roles'],
      TOOLS.map((tool) => [`[${code(tool.name)}](#${tool.name})`, tool.effect, tool.summary, rolesWith(tool)]),
    ),
    ...TOOLS.flatMap((tool) => [`### ${tool.name}`, '', tool.summary, '', ...argumentsOf(tool)]),
    '## Tools of a chat',
    '',
    'What an MCP client is offered, by the scope of its token and the role of its owner: [CHAT.md](../CHAT.md). Hints are those of the',
    'protocol. None approves, resumes or releases.',
    '',
    ...table(
      ['Tool', 'Scope', 'Role', 'Hints', 'Does'],
      MCP_TOOLS.map((tool) => [
        `[${code(tool.name)}](#${tool.name})`,
        tool.scope,
        `${tool.role} or more`,
        hints(tool.annotations),
        tool.description,
      ]),
    ),
    ...MCP_TOOLS.flatMap((tool) => [`### ${tool.name}`, '', tool.description, '', ...argumentsOf(tool)]),
    '## Resources of a chat',
    '',
    ...table(
      ['Address', 'Is'],
      [
        ...FIXED.map(({ uri, description = '' }) => [uri, description]),
        ...TEMPLATES.map(({ uriTemplate, description = '' }) => [uriTemplate, description]),
      ].map(([address = '', description = '']) => [code(address), sentence(description)]),
    ),
    '## Prompts of a chat',
    '',
    ...table(
      ['Prompt', 'Asks for', 'Says'],
      promptList().map(({ name, arguments: taken = [], description = '' }) => [
        code(name),
        taken.length === 0
          ? 'nothing'
          : taken.map((one) => `${code(one.name)}${one.required === true ? '' : ' (may be left out)'}`).join(', '),
        sentence(description),
      ]),
    ),
  );
}

function rolesWith(tool: Tool): string {
  const seen = ROLES.filter(({ tools }) => tools.includes(tool)).map(({ id }) => id);
  return seen.length === 0 ? 'none' : codes(seen);
}

function argumentsOf({ input }: Pick<Tool | McpTool, 'input'>): string[] {
  const fields = fieldsOf(input);
  if (fields.length === 0) return ['It takes no arguments.', ''];
  return table(
    ['Argument', 'Takes', 'Left out', 'Is'],
    fields.map(({ name, type, silent, means }) => [
      code(name),
      type,
      silent,
      means === '' ? (UNSAID[name] ?? '') : means,
    ]),
  );
}

/** What a chat's tools leave to the name of the argument: their list has to be cheap to read. */
const UNSAID: Readonly<Record<string, string>> = {
  detail: 'how much is told',
  of: 'what is told of it',
  minutes: 'how far back',
  phase: 'only in this phase',
  state: 'those that wait, or those that were decided',
  what: 'the view',
  cpu_limit: 'adjust_resources, of one pod',
  memory_request: 'adjust_resources, of one pod',
  memory_limit: 'adjust_resources, of one pod',
};

function hints({ readOnlyHint, destructiveHint, idempotentHint }: Annotations): string {
  if (readOnlyHint) return 'reads only';
  return [
    destructiveHint === false ? 'takes nothing away' : 'destructive',
    ...(idempotentHint ? ['idempotent'] : []),
  ].join(', ');
}
