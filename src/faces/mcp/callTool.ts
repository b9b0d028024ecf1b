import { type CallToolResult, ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { judgeCall } from '../../calls/judge.ts';
import { includesRole } from '../../schema/api/people.ts';
import { inWords } from '../../tools/parseCall.ts';
import { Service } from '../../tools/service.ts';
import { capped, cappedText } from './cap.ts';
import type { Caller, McpDesk } from './desk.ts';
import { noted, notRecorded, refusalOf, runOf } from './gate.ts';
import { serviceAsked } from './services.ts';
import { lines, nameWords } from './told.ts';
import { type Answer, type Call, type McpTool, refused, unjudged } from './tool.ts';
import { MCP_TOOLS } from './tools.ts';

/** Arguments are flat; what is nested deeper than this is not looked at. */
const MOST_DEPTH = 8;

/** The tools that this caller is offered: by what the desk can do, by the scopes of a token and by the person's role. */
export const toolsFor = (desk: McpDesk, { who }: Caller): readonly McpTool[] =>
  MCP_TOOLS.filter((tool) => whyNot(tool, desk, who) === undefined);

function whyNot(tool: McpTool, desk: McpDesk, who: Caller['who']): string | undefined {
  if (tool.scope === 'propose' && desk.effects === undefined) {
    return 'only reads are offered here: fairlead login makes the effects available';
  }
  if (who.by.kind === 'token' && !who.by.scopes.includes(tool.scope))
    return `this token was not given the scope ${tool.scope}`;
  if (!includesRole(who.role, tool.role))
    return `it takes the role ${tool.role}, and ${who.name} is a ${who.role}: an admin can change that`;
  return undefined;
}

/**
 * One call as a result, whatever happens: a refusal, bad arguments and a failure are results as well, with words that say
 * what to do. What breaks inside is told to the log alone.
 */
export async function callTool(name: string, args: unknown, call: Call): Promise<CallToolResult> {
  try {
    const answer = await answerTo(name, args, call);
    if (answer.kind !== 'unjudged') return resultOf(answer);
    const onRecord = await noted(call, `was not answered by ${toolName(name)}: ${answer.text}`);
    return resultOf(onRecord.ok ? answer : onRecord.error);
  } catch (error) {
    call.desk.log.error({ tool: name.slice(0, 64), error: String(error) }, 'a tool call failed');
    return resultOf(
      refused(
        'Something broke here, and nothing more is known: the log of the gateway says what. Try once more, then tell a person.',
      ),
    );
  }
}

/** A call that is none: it names no tool, or its arguments are no object. Throws when that cannot be put on record. */
export async function unreadCall(fault: string, call: Call): Promise<void> {
  const onRecord = await noted(call, `sent a tool call that cannot be read: ${fault}`);
  if (!onRecord.ok) throw new McpError(ErrorCode.InternalError, onRecord.error.text);
}

async function answerTo(name: string, args: unknown, call: Call): Promise<Answer> {
  const tool = MCP_TOOLS.find((one) => one.name === name);
  if (tool === undefined) return unknown(name, args, call);
  const barred = whyNot(tool, call.desk, call.caller.who);
  if (barred !== undefined) return notTheirs(name, barred, call);
  if (isDeeper(args, MOST_DEPTH))
    return unjudged('The arguments are nested too deeply: every field of a tool is a plain value. Nothing was done.');
  const checked = tool.input.safeParse(args ?? {});
  if (!checked.success) {
    const faults = checked.error.issues.slice(0, 5).map(inWords).join('; ').slice(0, 600);
    const fields = Object.keys(tool.input.shape).join(', ');
    return unjudged(`${name} was not understood: ${faults}. Its fields are: ${fields}. Nothing was done.`);
  }
  return tool.run(args ?? {}, call);
}

/** There is no wish to judge in a tool that is not theirs, but that they tried it is on record. */
async function notTheirs(tool: string, why: string, call: Call): Promise<Answer> {
  const onRecord = await noted(call, `was refused ${tool}: ${why}`);
  return onRecord.ok ? refused(`Refused: ${why}. Nothing was done.`) : onRecord.error;
}

/** A name as a client wrote it, in letters that a name can have. */
const toolName = (name: string): string => name.replace(/[^\w.\-/]/g, '?').slice(0, 64);

/** A tool by a name that does not exist is judged, refused and on record like any call. */
async function unknown(name: string, args: unknown, { desk, caller }: Call): Promise<Answer> {
  const tool = toolName(name);
  const named = NamesService.safeParse(args);
  const of = named.success ? serviceAsked(desk, named.data.service) : undefined;
  const target = of === undefined ? { namespace: '', name: '' } : { namespace: of.namespace, name: of.target };
  const asked = { tool, effect: 'unknown', args: named.success ? named.data : {}, target } as const;
  const requester = { kind: 'person', name: caller.who.name } as const;
  const judged = await judgeCall(desk.calls, asked, requester, runOf(caller), { client: caller.client });
  if (!judged.ok) return notRecorded(judged.error);
  const tools = toolsFor(desk, caller).map((one) => one.name);
  const next = `the tools are ${tools.join(', ')}; an operation on a service goes through fairlead_propose.`;
  if (of !== undefined) return refusalOf(judged.value.verdict, [], next);
  // What the gate says of a target that is empty tells nobody what was wrong.
  const none = `there is no tool ${nameWords(tool)}, and the call names no service (service: namespace/name)`;
  return refused(lines(`Refused. forbidden: ${none}.`, `Next: ${next}`));
}

/** Of a call that fits no tool, the service that it is about. */
const NamesService = z.object({ service: Service });

function resultOf(answer: Answer): CallToolResult {
  const text = (words: string): CallToolResult['content'] => [{ type: 'text', text: cappedText(words) }];
  if (answer.kind !== 'told') return { content: text(answer.text), isError: true };
  const data = capped(answer.data);
  return data === undefined
    ? { content: text('The answer is too long to be told. Ask for one thing, or with detail concise.'), isError: true }
    : { content: text(answer.text), structuredContent: data };
}

/** Without recursion: what is measured may be as deep as memory allows. */
function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
