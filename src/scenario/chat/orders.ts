/** What an operator's words ask for. */
export type Order =
  | { readonly kind: 'question' }
  | { readonly kind: 'change'; readonly operation: string; readonly replicas?: number };

const ORDERS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:delete|remove)\b/i, 'delete_deployment'],
  [/\bto zero\b|\bscale\b.*\bto 0\b|\bshut\b.*\bdown\b|\bturn\b.*\boff\b/i, 'scale_to_zero'],
  [/\bscale\b|\bmake it\b|\breplicas\b.*\d|\bset\b.*\bto\b \d/i, 'scale'],
  [/\brestart\b/i, 'restart_pods'],
  [/\broll(?:ed)? ?back\b/i, 'rollback'],
];

/** Words that ask about a thing do not ask for it. */
const ASKS = /\?\s*$|^(?:why|what|how|is|are|may|could|can|give me|show|tell me)\b/i;

export function orderIn(words: string): Order {
  const found = ORDERS.find(([pattern]) => pattern.test(words));
  if (found === undefined || ASKS.test(words.trim())) return { kind: 'question' };
  const [, operation] = found;
  const number = /(-?\d+)(?!.*\d)/s.exec(words)?.[1];
  return {
    kind: 'change',
    operation,
    ...(operation === 'scale' && number !== undefined && { replicas: Number(number) }),
  };
}

/** `namespace/name` of each line of an overview. */
export const servicesIn = (overview: string): readonly string[] =>
  [...overview.matchAll(/^- «?([a-z0-9-]+\/[a-z0-9.-]+): /gm)].map(([, service = '']) => service);
