import type { ClusterReader } from '../../ports/cluster.ts';
import { KINDS } from '../../schema/kube.ts';
import { MODELS_NOTE, type ModelState, ModelStates } from '../../schema/modelState.ts';
import { holderOf } from './heldLease.ts';
import { age } from './io.ts';

/** What a running controller says of its model endpoints; and why nothing can be said, where that is so. */
export interface SeenModels {
  readonly states: readonly ModelState[];
  readonly unknown?: string;
}

/** One read of the controller's Lease, with the person's own rights. */
export async function readModels(reader: ClusterReader, ownNamespace: string, now: number): Promise<SeenModels> {
  const found = await reader.get(KINDS.Lease, ownNamespace, 'fairlead-controller');
  if (!found.ok) return { states: [], unknown: `its Lease cannot be read: ${found.error.message}` };
  if (found.value === undefined || holderOf(found.value, now) === undefined)
    return { states: [], unknown: 'no controller runs' };
  const note = found.value.metadata.annotations?.[MODELS_NOTE];
  if (note === undefined) return { states: [] };
  const parsed = ModelStates.safeParse(parsedJson(note));
  return parsed.success
    ? { states: parsed.data }
    : { states: [], unknown: `${MODELS_NOTE} on its Lease is unreadable` };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A line for each endpoint that is not asked; the rules answer in the meantime. */
export const modelLines = ({ states }: SeenModels, now: number): string =>
  states
    .filter(({ state }) => state !== 'closed')
    .map(({ model, state, until, note }) => {
      if (state === 'spent')
        return `model ${model}: ${note ?? 'the hourly tokens are used up'}; rules answer without it\n`;
      const when = state === 'halfOpen' ? 'half-open: one trial is next' : `open, asked again ${inTime(until, now)}`;
      return `model ${model}: ${when}; rules answer without it\n`;
    })
    .join('');

/** Those that are asked, and when they last answered. */
export const wellModels = ({ states }: SeenModels, now: number): readonly string[] =>
  states.flatMap(({ model, state, at }) =>
    state === 'closed'
      ? [`${model} ${at === undefined ? 'has not answered yet' : `answered ${age(at, now)} ago`}`]
      : [],
  );

const inTime = (until: number | undefined, now: number): string =>
  until === undefined || until <= now ? 'now' : `in ${age(now, until)}`;
