import { err, ok, type Result } from '../../kernel/result.ts';
import type { AnswerSoFar, ChatAnswer, ChatCall, ChatMessage, ChatRequest, ModelError } from '../../ports/model.ts';

type Redact = (text: string) => string;

/** The request as it may leave the process. What stays the same is the same text, so that an endpoint keeps it cached. */
export const withoutSecrets = (request: ChatRequest, redact: Redact): ChatRequest => ({
  ...request,
  messages: request.messages.map((message) => messageOf(message, redact)),
});

function messageOf(message: ChatMessage, redact: Redact): ChatMessage {
  const content = redact(message.content);
  return message.role === 'assistant'
    ? { ...message, content, calls: message.calls.map((call) => callOf(call, redact)) }
    : { ...message, content };
}

/** What an endpoint says back may echo what it was sent, its key above all. */
export function answerWithoutSecrets(
  result: Result<ChatAnswer, ModelError>,
  redact: Redact,
): Result<ChatAnswer, ModelError> {
  if (!result.ok) return err({ ...result.error, message: redact(result.error.message) });
  const { content, calls, model } = result.value;
  return ok({
    ...result.value,
    content: redact(content),
    model: redact(model),
    calls: calls.map((call) => callOf(call, redact)),
  });
}

/** Of more than this nobody watches the growth. */
const WATCHED = 8_000;

/**
 * Shows an answer that is being written without what looks like a secret in it. The letters after the last white space are
 * still growing: they may be the beginning of a secret that nothing tells yet.
 */
export const watchWithoutSecrets =
  (watch: (soFar: AnswerSoFar) => void, redact: Redact) =>
  ({ content, calls }: AnswerSoFar): void => {
    const size = calls.reduce((sum, { arguments: args }) => sum + args.length, content.length);
    if (size <= WATCHED) watch({ content: redact(content), calls: calls.map((call) => callOf(call, redact)) });
  };

/** Arguments keep their form where they have one: only texts in them change. A call without a secret stays as it was written. */
function callOf(call: ChatCall, redact: Redact): ChatCall {
  const name = redact(call.name);
  if (redact(call.arguments) === call.arguments) return { ...call, name };
  try {
    const read: unknown = JSON.parse(call.arguments, (_, value: unknown) =>
      typeof value === 'string' ? redact(value) : value,
    );
    const written = JSON.stringify(read);
    // A secret that only the form gives away, such as under a name that says what it is.
    return { ...call, name, arguments: redact(written) === written ? written : redact(call.arguments) };
  } catch {
    return { ...call, name, arguments: redact(call.arguments) };
  }
}
