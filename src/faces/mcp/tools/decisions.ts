import { z } from 'zod';
import { plural } from '../../../analysis/words.ts';
import { Phase } from '../../../schema/records.ts';
import { judged } from '../gate.ts';
import { decisionLine, decisionRow } from '../rows.ts';
import { PairName, serviceAsked } from '../services.ts';
import { given, lines, ours } from '../told.ts';
import { Cursor, defineMcpTool, READS, refused, told } from '../tool.ts';

export const decisions = defineMcpTool({
  name: 'fairlead_decisions',
  title: 'Decisions',
  description: 'What was asked for and what became of it, newest first; of one service or all.',
  scope: 'read',
  role: 'viewer',
  annotations: READS,
  input: z.strictObject({ service: PairName.optional(), phase: Phase.optional(), cursor: Cursor }),
  output: z.object({ decisions: z.array(z.object({})), next: z.string().optional() }),
  async run({ service, phase, cursor }, call) {
    const of = service === undefined ? undefined : serviceAsked(call.desk, service);
    const read =
      of === undefined ? { tool: 'list_services', args: { of: 'decisions' }, of } : { tool: 'get_decisions', of };
    const allowed = await judged(call, read);
    if (!allowed.ok) return allowed.error;
    const list = await call.desk.views.decisionList({
      ...given('service', of && `${of.namespace}/${of.name}`),
      ...given('phase', phase),
      ...given('cursor', cursor),
    });
    if (!list.ok) return refused(ours(list.error.message));
    const rows = list.value.items.map(decisionRow);
    return told(
      lines(
        rows.length === 0 ? 'No such decision is on record.' : `${plural(rows.length, 'decision')}, newest first:`,
        ...rows.slice(0, 10).map(decisionLine),
        list.value.next !== undefined && 'There are more: pass next as cursor.',
      ),
      { decisions: rows, ...given('next', list.value.next) },
    );
  },
});
