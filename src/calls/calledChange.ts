import { plainLine } from '../kernel/plainText.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import type { AskedCall } from '../schema/judgedCall.ts';
import { TOOLS } from '../tools/catalog.ts';
import { parseCall } from '../tools/parseCall.ts';
import { Service, targetOf } from '../tools/service.ts';

const CHANGES = TOOLS.filter(({ effect }) => effect === 'change');
const READS = new Set(TOOLS.filter(({ effect }) => effect === 'read').map(({ name }) => name));

/**
 * A change as somebody who is no agent asks for it: by the name of its tool, with the tool's arguments. What no tool is
 * behind is a call too, refused and recorded by its name; it has to say of which service. The error says what to send.
 */
export function calledChange(
  tool: string,
  args: Readonly<Record<string, unknown>>,
  reason: string,
): Result<AskedCall, string> {
  if (READS.has(tool)) return err(`${tool} changes nothing: there is nothing to ask for`);
  if ('reason' in args && args['reason'] !== reason) return err('two reasons: say it once, beside the arguments');
  const parsed = parseCall(tool, JSON.stringify({ ...args, reason }), CHANGES);
  if (!parsed.ok && !parsed.unknown) return err(parsed.message);
  if (parsed.ok) {
    const target = parsed.tool.target(parsed.args);
    const wanted = parsed.tool.wanted(parsed.args);
    if (target === undefined || wanted === undefined) return err(`${tool} names no service`);
    return ok({ tool: parsed.tool.name, effect: 'change', args: parsed.args, wanted, target });
  }
  const service = Service.safeParse(args['service']);
  if (!service.success) return err(`service: ${service.error.issues[0]?.message ?? 'is missing'}`);
  return ok({
    tool: plainLine(tool, 64) || '(no name)',
    effect: 'unknown',
    args: { sent: JSON.stringify(args).slice(0, 2000) },
    target: targetOf(service.data),
  });
}
