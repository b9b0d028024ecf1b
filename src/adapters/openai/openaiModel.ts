import type OpenAI from 'openai';
import { redact } from '../../kernel/redact.ts';
import { err, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AnswerSoFar, ChatAnswer, ChatMessage, ChatModel, ChatRequest, ModelError } from '../../ports/model.ts';
import { type AnswerForm, FORMS, formAfter, REFUSING } from './answerForm.ts';
import { AnswerTooLarge, cappedFetch } from './cappedFetch.ts';
import { answerFrom } from './completion.ts';
import { completionFromEvents, looksLikeEvents } from './eventStream.ts';
import { callFromJson, jsonMessages, responseFormat } from './jsonCalls.ts';
import { httpError } from './modelError.ts';
import { streamedBody } from './streamedBody.ts';

export interface OpenAiModelOptions {
  readonly model: string;
  /** Up to and including `/v1`. */
  readonly baseUrl: string;
  /** `none` for servers without one. A function is asked before each exchange, so that a rotated key file is seen. */
  readonly apiKey: string | (() => Promise<string>);
  readonly clock: Clock;
  /** Of one exchange, the reading of its answer included. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 120_000;
const MAX_BYTES = 2_000_000;
const MAX_MESSAGE = 300;

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;
/** Parameters that some endpoints refuse; found out once, then left out or renamed. */
type Quirk = 'temperature' | 'max_tokens' | 'tool_choice' | 'stream_options' | 'stream';
type Watch = (soFar: AnswerSoFar) => void;

interface Asked {
  readonly request: ChatRequest;
  readonly signal: AbortSignal;
  /** Asks for the answer as a stream. */
  readonly watch: Watch | undefined;
}

/** So many answers in prose: the tools do not reach the model, or what chooses them does not bind it. */
const IGNORED = 2;

/**
 * Any OpenAI-compatible endpoint, by chat completions; as a stream only where somebody watches. One exchange, no retries: the
 * run and the model's breaker decide about those. What an endpoint does not take (a parameter, tools, a schema, a stream) is
 * found out once and remembered for as long as this lives; without tools calls come as JSON, and look the same. It never
 * throws, and the key stands in no error text. The package is loaded with the first exchange, since it costs every start-up
 * tens of milliseconds.
 */
export class OpenAiModel implements ChatModel {
  readonly label: string;
  readonly #options: OpenAiModelOptions;
  readonly #quirks = new Set<Quirk>();
  #form: AnswerForm = 'tools';
  #callSeen = false;
  #ignored = 0;

  constructor(options: OpenAiModelOptions) {
    this.#options = options;
    this.label = `${options.model} at ${hostOf(options.baseUrl)}`;
  }

  /** How it is asked for calls, as far as that is known by now. */
  get form(): AnswerForm {
    return this.#form;
  }

  async complete(request: ChatRequest, signal: AbortSignal, watch?: Watch): Promise<Result<ChatAnswer, ModelError>> {
    const { clock, timeoutMs = TIMEOUT_MS } = this.#options;
    const over = new AbortController();
    const late = new AbortController();
    void clock.sleep(timeoutMs, over.signal).then(() => {
      if (!over.signal.aborted) late.abort();
    });
    try {
      const answer = await this.#exchange({ request, signal: AbortSignal.any([signal, late.signal]), watch });
      if (answer.ok || !(signal.aborted || late.signal.aborted)) return answer;
      return err({
        code: 'timeout',
        message: late.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : 'the caller stopped',
      });
    } finally {
      over.abort();
    }
  }

  async #exchange(asked: Asked): Promise<Result<ChatAnswer, ModelError>> {
    let key: string;
    try {
      key = await this.#key();
    } catch {
      return err({ code: 'unauthorised', message: 'the key could not be read' });
    }
    const first = await this.#send(asked, key);
    if (first.ok || first.error.code !== 'unauthorised') return first;
    // Rotated in between: one 401 reads it again at once.
    const again = await this.#key().catch(() => key);
    return again === key ? first : this.#send(asked, again);
  }

  async #key(): Promise<string> {
    const { apiKey } = this.#options;
    const key = typeof apiKey === 'string' ? apiKey : await apiKey();
    return key.trim() || 'none';
  }

  async #send(asked: Asked, key: string): Promise<Result<ChatAnswer, ModelError>> {
    const { request, signal } = asked;
    const watch = this.#quirks.has('stream') ? undefined : asked.watch;
    const { APIConnectionError, APIError, OpenAI } = await import('openai');
    const client = new OpenAI({
      apiKey: key,
      baseURL: this.#options.baseUrl,
      maxRetries: 0,
      // Ours is the limit: the package's own ends with the headers.
      timeout: (this.#options.timeoutMs ?? TIMEOUT_MS) + 60_000,
      logLevel: 'off',
      // Named, or the package takes them from the environment.
      organization: null,
      project: null,
      adminAPIKey: null,
      webhookSecret: null,
      fetch: cappedFetch(MAX_BYTES),
    });
    const form = request.tools.length === 0 ? 'words' : this.#form;
    try {
      const completions = client.chat.completions;
      const body: unknown =
        watch === undefined
          ? await completions.create(this.#body(request, form), { signal })
          : await streamedBody(await completions.create(this.#streamed(request, form), { signal }).asResponse(), watch);
      const answer = looksLikeEvents(body) ? completionFromEvents(body) : body;
      return this.#safe(this.#read(answerFrom(answer, this.#options.model), request, form), key);
    } catch (cause) {
      if (cause instanceof APIError && cause.status !== undefined) {
        const error = httpError(cause, this.#options.clock.now());
        if (this.#learns(cause, watch !== undefined) || this.#takesForm(form, error, cause))
          return this.#send(asked, key);
        return this.#safe(err(error), key);
      }
      return this.#safe(err(brokenOff(cause, cause instanceof APIConnectionError)), key);
    }
  }

  #read(answer: Result<ChatAnswer, ModelError>, { tools }: ChatRequest, form: AnswerForm): typeof answer {
    if (!answer.ok || tools.length === 0) return answer;
    if (form !== 'tools') return { ok: true, value: callFromJson(answer.value) };
    if (answer.value.calls.length > 0) this.#callSeen = true;
    else if (isProse(answer.value)) this.#ignored += 1;
    // Prose where a call is required: it is not enforced there, and a schema may be. One that did call gets another chance.
    const required = !this.#quirks.has('tool_choice');
    const enough = required && !this.#callSeen ? 1 : IGNORED;
    const ignores = this.#ignored >= enough && (required || !this.#callSeen);
    if (ignores && this.#form === 'tools') this.#form = 'schema';
    return answer;
  }

  /** True when the endpoint said that it has no such form, and another one is left to try. */
  #takesForm(form: AnswerForm, { code }: ModelError, refusal: Parameters<typeof formAfter>[1]): boolean {
    if (code !== 'badRequest' && code !== 'unavailable') return false;
    const next = formAfter(form, refusal);
    if (next === undefined) return false;
    // Of two exchanges at the same time the later answer must not take back what the other has found out.
    if (FORMS.indexOf(next) > FORMS.indexOf(this.#form)) this.#form = next;
    return true;
  }

  #body(request: ChatRequest, form: AnswerForm): Body {
    const limit = this.#quirks.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens';
    const { tools, only } = request;
    const callable = only === undefined ? tools : only.flatMap((wanted) => tools.filter(({ name }) => name === wanted));
    const written = form !== 'tools' && tools.length > 0;
    const format = written ? responseFormat(form, callable) : undefined;
    return {
      model: this.#options.model,
      messages: written ? jsonMessages(request.messages, tools) : request.messages.map(messageOf),
      [limit]: request.maxTokens,
      ...(this.#quirks.has('temperature') ? {} : { temperature: 0 }),
      ...(format === undefined ? {} : { response_format: format }),
      ...(written || tools.length === 0
        ? {}
        : {
            // Every answer is to be a call; small models write prose where they may.
            ...(this.#quirks.has('tool_choice') ? {} : { tool_choice: 'required' as const }),
            tools: callable.map(({ name, description, parameters }) => ({
              type: 'function' as const,
              function: { name, description, parameters: { ...parameters } },
            })),
          }),
    };
  }

  #streamed(request: ChatRequest, form: AnswerForm): OpenAI.ChatCompletionCreateParamsStreaming {
    // Most tell what was used only when they are asked.
    const usage = this.#quirks.has('stream_options') ? {} : { stream_options: { include_usage: true } };
    return { ...this.#body(request, form), stream: true, ...usage };
  }

  /** True when the endpoint named a parameter that it does not take and that can be left out: then once more without. */
  #learns(
    error: {
      readonly status: number | undefined;
      readonly param?: string | null | undefined;
      readonly code?: unknown;
      readonly message: string;
    },
    streamed: boolean,
  ): boolean {
    const { param } = error;
    const aboutStream =
      streamed && REFUSING.has(error.status ?? 0) ? streamQuirk(`${param} ${error.message}`) : undefined;
    if (aboutStream !== undefined && !this.#quirks.has(aboutStream)) {
      this.#quirks.add(aboutStream);
      return true;
    }
    const aboutChoice = param === 'tool_choice' || /tool_choice/.test(error.message);
    if (aboutChoice && REFUSING.has(error.status ?? 0) && !this.#quirks.has('tool_choice')) {
      this.#quirks.add('tool_choice');
      return true;
    }
    if (error.status !== 400 || (param !== 'temperature' && param !== 'max_tokens')) return false;
    if (error.code !== 'unsupported_parameter' && error.code !== 'unsupported_value') return false;
    const known = this.#quirks.has(param);
    this.#quirks.add(param);
    return !known;
  }

  #safe(result: Result<ChatAnswer, ModelError>, key: string): Result<ChatAnswer, ModelError> {
    if (result.ok) return result;
    const secrets = key === 'none' ? [] : [key];
    const message = redact(result.error.message, secrets)
      .replace(/[\p{C}\s]+/gu, ' ')
      .slice(0, MAX_MESSAGE);
    return err({ ...result.error, message });
  }
}

/** Words in place of a call, to their end or until they were cut. Nothing at all may be a thought that was too long. */
const isProse = ({ content, finish }: ChatAnswer): boolean =>
  content.trim() !== '' && (finish === 'stop' || finish === 'length');

/** What a refusal of a stream is about: its options alone, the stream itself, or something else. */
const streamQuirk = (words: string): 'stream_options' | 'stream' | undefined =>
  /\bstream_options|include_usage/.test(words) ? 'stream_options' : /\bstream/i.test(words) ? 'stream' : undefined;

function messageOf(message: ChatMessage): OpenAI.ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.content };
    case 'assistant': {
      const calls = message.calls.map(({ id, name, arguments: text }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: text },
      }));
      return { role: 'assistant', content: message.content, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
    }
  }
}

/** What ended an exchange without a status: a cut or refused connection, a body that is no JSON, or too much of it. */
function brokenOff(cause: unknown, connection: boolean): ModelError {
  for (let at: unknown = cause, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof AnswerTooLarge) return { code: 'malformed', message: `the answer is too large: ${at.message}` };
    if (at instanceof SyntaxError) return { code: 'malformed', message: 'the answer is not JSON, or was cut off' };
  }
  const words =
    cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : 'unknown';
  return { code: 'unavailable', message: `${connection ? 'not reached' : 'broken off'}: ${words}` };
}

function hostOf(baseUrl: string): string {
  try {
    return new URL(baseUrl).host;
  } catch {
    return '(no valid address)';
  }
}
