import { z } from 'zod';
import { CHANGE_FIELDS, changeCall, checkChange } from './changeCall.ts';
import { targetOf } from './service.ts';
import { defineTool, type ToolArguments } from './tool.ts';

const input = z.strictObject(CHANGE_FIELDS).superRefine(checkChange);

/** A read: the gate is asked, nothing is requested. */
export const whatIf = defineTool({
  name: 'what_if',
  summary: 'Ask what the rules would answer to a change, without proposing it.',
  effect: 'read',
  input,
  target: ({ service }) => targetOf(service),
});

/** The call that is asked about: the name of its tool, and arguments as that tool takes them. Throws on what the schema refuses. */
export const callAskedAbout = (args: ToolArguments): { readonly tool: string; readonly args: ToolArguments } =>
  changeCall(input.parse(args), 'what if');
