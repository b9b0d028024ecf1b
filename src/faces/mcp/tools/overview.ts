import { z } from 'zod';
import { plural } from '../../../analysis/words.ts';
import type { HoldView, ServiceSummary } from '../../../schema/api/services.ts';
import { judged } from '../gate.ts';
import { whatWords } from '../rows.ts';
import { serviceOfRecord } from '../services.ts';
import { about, given, lines, ours, theirs } from '../told.ts';
import { Cursor, Detail, defineMcpTool, READS, refused, told } from '../tool.ts';

const PAGE = { concise: 40, full: 20 } as const;
/** The gravest first: that is what a person asks for at night. */
const ORDER: readonly ServiceSummary['state'][] = ['breached', 'blind', 'missing', 'refused', 'healthy'];

export const overview = defineMcpTool({
  name: 'fairlead_overview',
  title: 'Overview',
  description: 'Start here: every service with its state, worst first; what waits for people, what is paused.',
  scope: 'read',
  role: 'viewer',
  annotations: READS,
  input: z.strictObject({ detail: Detail, cursor: Cursor }),
  output: z.object({
    services: z.array(z.object({ service: z.string(), state: z.string(), says: z.string() })),
    counts: z.object({}),
    holds: z.array(z.string()),
    next: z.string().optional(),
  }),
  async run({ detail, cursor }, call) {
    const allowed = await judged(call, { tool: 'list_services', of: undefined });
    if (!allowed.ok) return allowed.error;
    const [list, breakers] = await Promise.all([call.desk.views.serviceList(), call.desk.views.breakerList()]);
    if (!list.ok) return refused(ours(list.error.message));
    const all = list.value.items.toSorted(
      (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || (keyOf(a) < keyOf(b) ? -1 : 1),
    );
    const from = cursor === undefined ? 0 : all.findIndex((one) => keyOf(one) === cursor) + 1;
    if (cursor !== undefined && from === 0) return refused('That cursor is of no list any more: call it without one.');
    const shown = all.slice(from, from + PAGE[detail]);
    const last = shown.at(-1);
    const rows = shown.map((one) =>
      row(one, about(serviceOfRecord(call.desk, one.namespace, one.name).view, one.stateText), detail),
    );
    const holds = breakers.ok
      ? breakers.value.holds.map(holdLine)
      : ['holds cannot be read now, which counts as stopped'];
    const { services, breached, blind, breakersOpen, waiting } = list.value.counts;
    const words = `${plural(services, 'service')}: ${breached} breached, ${blind} without fresh signals, ${breakersOpen} with an open breaker; ${plural(waiting, 'request')} to people open.`;
    return told(
      lines(words, ...holds, ...rows.slice(0, 12).map(({ service, state, says }) => `- ${service}: ${state}. ${says}`)),
      {
        services: rows,
        counts: { services, breached, blind, breakers_open: breakersOpen, waiting },
        holds,
        ...given('capacity', list.value.capacity && ours(list.value.capacity)),
        ...given('next', last !== undefined && from + shown.length < all.length ? keyOf(last) : undefined),
      },
    );
  },
});

const keyOf = ({ namespace, name }: ServiceSummary): string => `${namespace}/${name}`;

export const holdLine = ({ kind, what, scope, by, reason }: HoldView): string =>
  `${kind} (${ours(what, 20)}) of ${ours(scope, 100)} by ${ours(by, 64)}: ${theirs(reason, 200)}`;

function row(one: ServiceSummary, says: string, detail: 'concise' | 'full') {
  const { state, rail, breaker, holds, waiting, last, autonomy } = one;
  return {
    service: ours(one.target.replace(/^Deployment /, '')),
    state,
    says,
    ...(rail && { replicas: rail.current, min: rail.min, max: rail.max }),
    ...(breaker.state !== 'closed' && { breaker: breaker.state }),
    ...(holds.length > 0 && { held: holds.map(holdLine) }),
    ...(waiting > 0 && { waiting }),
    ...(autonomy !== 'autonomous' && { autonomy }),
    ...(detail === 'full' && {
      priority: ours(one.priority, 20),
      ...given('cpu', one.cpu),
      ...given('latency', one.latency),
      ...(last && { last: `${ours(last.name)}: ${whatWords(last.text)}` }),
    }),
  };
}
