import { redact } from '../kernel/redact.ts';
import type { Wanted } from './change.ts';
import { cut } from './decisionObject.ts';
import type { DecisionSpec } from './records.ts';
import { AMOUNTS, type Amounts } from './resources.ts';

type Arguments = DecisionSpec['arguments'];

/** A wish as the arguments of a Decision. */
export function argumentsOf(wanted: Wanted | undefined): Arguments {
  switch (wanted?.kind) {
    case 'scale':
      return { replicas: wanted.replicas };
    case 'resources':
      return { ...wanted.amounts };
    case 'rollback':
      return wanted.revision === null ? {} : { revision: wanted.revision };
    default:
      return {};
  }
}

/**
 * What was sent to a call that no tool takes, as a Decision keeps it: the text as it came, where it never was an object of
 * ours, without what looks like a secret.
 */
export function sentText(args: Readonly<Record<string, unknown>>): string {
  const { sent, ...others } = args;
  const text = typeof sent === 'string' && Object.keys(others).length === 0 ? sent : JSON.stringify(args);
  return cut(redact(text), 2000);
}

/** The end value a Decision wants; undefined for what no code can carry out (it is refused and recorded). */
export function wantedOf({ tool, arguments: args }: Pick<DecisionSpec, 'tool' | 'arguments'>): Wanted | undefined {
  // Refused as what no tool takes: it stays that, also under the name of one that could be carried out.
  if (args.sent !== undefined) return undefined;
  switch (tool) {
    case 'scale':
      return args.replicas === undefined ? undefined : { kind: 'scale', replicas: args.replicas };
    case 'scale_to_zero':
      return { kind: 'scale', replicas: 0 };
    case 'restart_pods':
      return { kind: 'restart' };
    case 'adjust_resources':
      return { kind: 'resources', amounts: amountsIn(args) };
    case 'rollback':
      return { kind: 'rollback', revision: args.revision ?? null };
    default:
      return undefined;
  }
}

const amountsIn = (args: Arguments): Amounts =>
  Object.fromEntries(AMOUNTS.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])));

/** A wish in words: `scale to 3`, `rollback to revision 2`, `adjust_resources memory_limit 1Gi`. */
export function wishWords(tool: string, args: Arguments): string {
  if (args.replicas !== undefined) return `${tool} to ${args.replicas}`;
  if (args.revision !== undefined) return `${tool} to revision ${args.revision}`;
  const amounts = AMOUNTS.flatMap((name) => (args[name] === undefined ? [] : [`${name} ${args[name]}`]));
  return [tool, amounts.join(', ')].filter((part) => part !== '').join(' ');
}
