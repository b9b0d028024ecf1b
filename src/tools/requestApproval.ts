import { z } from 'zod';
import { adjustResources } from './adjustResources.ts';
import { CHANGE_FIELDS, changeCall, checkChange } from './changeCall.ts';
import { Reason } from './reason.ts';
import { restartPods } from './restartPods.ts';
import { rollback } from './rollback.ts';
import { scale } from './scale.ts';
import { scaleToZero } from './scaleToZero.ts';
import { targetOf } from './service.ts';
import { defineTool, type Tool, type ToolArguments } from './tool.ts';

const input = z.strictObject({ ...CHANGE_FIELDS, reason: Reason }).superRefine(checkChange);
const CHANGES: readonly Tool[] = [scale, restartPods, adjustResources, rollback, scaleToZero];

/**
 * The wish for a change that only people may let pass, said as such. It is judged as the change itself, and refused where
 * nobody has to be asked: then the change can be called.
 */
export const requestApproval = defineTool({
  name: 'request_approval',
  summary: 'Ask people to approve a change that the rules answer with restricted. They decide; nothing happens before.',
  effect: 'change',
  input,
  wanted: (args) => {
    const { tool, args: asked } = wishedFor(args);
    const wanted = tool.wanted(asked);
    if (wanted === undefined) throw new Error(`${tool.name} wants nothing`);
    return wanted;
  },
  target: ({ service }) => targetOf(service),
});

/** The change that approval is asked for: its tool, and arguments as that tool takes them. Throws on what the schema refuses. */
export function wishedFor(args: ToolArguments): { readonly tool: Tool; readonly args: ToolArguments } {
  const fields = input.parse(args);
  const { tool: name, args: asked } = changeCall(fields, fields.reason);
  const tool = CHANGES.find((change) => change.name === name);
  if (tool === undefined) throw new Error(`no change is named ${name}`);
  return { tool, args: asked };
}
