import type { ChatReply } from '../../src/agents/chat/chatEvents.ts';
import { callWords, lastWords, toldLines } from '../../src/agents/chat/chatText.ts';

export type Line =
  | { readonly by: 'ada'; readonly words: string; readonly reply: ChatReply }
  | { readonly by: 'omar'; readonly command: string; readonly printed: string };

export interface Transcript {
  readonly model: string;
  readonly prompt: string;
  readonly day: string;
  readonly service: string;
  readonly lines: readonly Line[];
  /** What `fairlead status` printed at the end, and `fairlead audit verify`. */
  readonly end: string;
  readonly journal: string;
}

/** The dialogue as a page. Nothing in it is corrected: a wrong word of the model stands as it was said. */
export function transcriptPage({ model, prompt, day, service, lines, end, journal }: Transcript): string {
  const asked = lines.flatMap((line) => (line.by === 'ada' ? [line.reply.cost] : []));
  const sum = (of: (cost: ChatReply['cost']) => number): number => asked.reduce((total, cost) => total + of(cost), 0);
  return `${[
    '# A dialogue with a real model',
    '',
    `Written by \`scripts/chatTranscript.ts\` on ${day} as it went, and not touched since. The model is **${model}**, with the`,
    `prompt ${prompt}: ${sum((c) => c.steps)} exchanges, ${sum((c) => c.promptTokens)} prompt tokens (${sum((c) => c.cachedTokens)} of them cached),`,
    `${sum((c) => c.completionTokens)} written ones, ${Math.round(sum((c) => c.seconds))} seconds in all.`,
    '',
    `ada is an operator; what she says stands in the script. Her chat is the loop of \`fairlead ask\`, an MCP client of the gateway`,
    'over HTTP, with the token of her own login. Asked whether to do it, the script says yes to the scale that she asked for herself,',
    'and no to everything else that the model comes up with. omar is played by the script too: it runs `fairlead approve` with a',
    'login of his own at the same gateway. Cluster (the embedded one), executor and gateway are',
    `processes of their own; no agent runs, so that nobody but ada asks for anything on ${service}.`,
    '',
    'The model is as good as it is. What was asked for and what came of it stands in the lines that begin with `>`, which are not',
    "the model's: a reader of them needs to believe nothing else.",
    '',
    ...lines.flatMap(block),
    '## In the end',
    '',
    fence(end),
    '',
    fence(journal),
  ].join('\n')}\n`;
}

function block(line: Line): string[] {
  if (line.by === 'omar') return ['## omar, at his own prompt', '', fence(`$ ${line.command}\n${line.printed}`), ''];
  const { words, reply } = line;
  const { steps, promptTokens, completionTokens, seconds } = reply.cost;
  const calls = reply.calls.flatMap((call) => [`> ${callWords(call)}`, ...toldLines(call)]);
  return [
    `## ada: ${words}`,
    '',
    ...(calls.length > 0 ? [fence(calls.join('\n')), ''] : []),
    ...lastWords(reply)
      .split('\n')
      .map((text) => `model: ${text}`.trimEnd()),
    '',
    `*${steps} exchanges, ${promptTokens} + ${completionTokens} tokens, ${seconds.toFixed(0)} s*`,
    '',
  ];
}

const fence = (text: string): string => `\`\`\`text\n${text.replaceAll('```', "'''").trimEnd()}\n\`\`\``;
