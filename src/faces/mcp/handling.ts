import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { Protocol, type RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  ErrorCode,
  McpError,
  type ServerNotification,
  type ServerRequest,
  type ServerResult,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { plainLine } from '../../kernel/plainText.ts';
import { inWords } from '../../tools/parseCall.ts';

export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

interface Method<R> {
  readonly shape: { readonly method: { readonly value: string } };
  safeParse(value: unknown): { success: true; data: R } | { success: false; error: { issues: z.core.$ZodIssue[] } };
}

/**
 * Answers a method of the protocol. A message of the wrong form is the client's fault (-32602) and told so in our words: left to
 * the SDK it would be a fault of ours, with its schema's own findings for words. `unread` hears of it before.
 */
export function handle<R>(
  server: Server,
  method: Method<R>,
  answer: (request: R, extra: Extra) => ServerResult | Promise<ServerResult>,
  unread: (fault: string, extra: Extra) => Promise<void> = () => Promise.resolve(),
): void {
  const name = method.shape.method.value;
  const any = z.looseObject({ method: z.literal(name), params: z.unknown().optional() });
  // The SDK's own way for this server checks a tool call once more, in its own words.
  Protocol.prototype.setRequestHandler.call(server, any, async (message: unknown, extra: Extra) => {
    const read = method.safeParse(message);
    if (read.success) return answer(read.data, extra);
    const faults = plainLine(read.error.issues.slice(0, 5).map(inWords).join('; '), 400);
    await unread(faults, extra);
    throw new McpError(ErrorCode.InvalidParams, `${name} was not understood: ${faults}`);
  });
}
