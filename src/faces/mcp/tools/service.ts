import { z } from 'zod';
import type { ServiceDetail } from '../../../schema/api/services.ts';
import { judged } from '../gate.ts';
import { approvalLine, approvalRow, decisionLine, decisionRow } from '../rows.ts';
import { PairName, serviceAsked } from '../services.ts';
import { about, given, lines, ours, theirs } from '../told.ts';
import { Detail, defineMcpTool, READS, refused, told } from '../tool.ts';
import { holdLine } from './overview.ts';

const DECISIONS = { concise: 3, full: 15 } as const;

export const service = defineMcpTool({
  name: 'fairlead_service',
  title: 'One service',
  description:
    'One service: state and why, replicas and limits, what is granted, holds, open requests, last decisions.',
  scope: 'read',
  role: 'viewer',
  annotations: READS,
  input: z.strictObject({ service: PairName, detail: Detail }),
  output: z.object({
    service: z.string(),
    state: z.string(),
    says: z.string(),
    limits: z.object({}),
    waiting: z.array(z.object({})),
    decisions: z.array(z.object({})),
  }),
  async run({ service: name, detail }, call) {
    const asked = serviceAsked(call.desk, name);
    const allowed = await judged(call, { tool: 'get_service', of: asked });
    if (!allowed.ok) return allowed.error;
    const found = await call.desk.views.serviceDetail(asked.namespace, asked.name, 60);
    if (!found.ok) return refused(ours(found.error.message));
    const one = found.value;
    const says = about(asked.view, one.stateText);
    const waiting = one.open.map((request) => approvalRow(call.desk, request));
    const decisions = one.decisions.slice(0, DECISIONS[detail]).map(decisionRow);
    const holds = one.holds.map(holdLine);
    const problems = one.problems.map((problem) => theirs(problem));
    const { rail, breaker } = one;
    const words =
      rail &&
      `${rail.current} replicas (${rail.min} to ${rail.max} allowed${rail.ceiling === undefined ? '' : `, never above ${rail.ceiling}`}).`;
    return told(
      lines(
        `${name} is ${one.state}. ${says}`,
        words,
        breaker.state !== 'closed' && `Breaker ${breaker.state}: ${theirs(breaker.text)}`,
        ...holds,
        ...problems.slice(0, 3),
        ...waiting.map(approvalLine),
        ...decisions.map(decisionLine),
      ),
      {
        service: name,
        blueprint: `${asked.namespace}/${asked.name} ${ours(one.blueprint?.version ?? 'not in force', 64)}`,
        state: one.state,
        says,
        ...(rail && {
          replicas: { now: rail.current, min: rail.min, max: rail.max, ...given('ceiling', rail.ceiling) },
        }),
        ...given('cpu', one.cpu),
        ...given('latency', one.latency),
        autonomy: one.autonomy,
        priority: ours(one.priority, 20),
        criticality: ours(one.criticality, 20),
        breaker: breaker.state,
        holds,
        problems,
        limits: valuesOf(one.limits),
        ...(detail === 'full' && { safety: safetyOf(one) }),
        waiting,
        decisions,
      },
    );
  },
});

const valuesOf = (named: readonly { readonly name: string; readonly value: string }[]): Record<string, string> =>
  Object.fromEntries(named.map(({ name, value }) => [ours(name, 40), ours(value)]));

const safetyOf = ({ safety }: ServiceDetail): Record<string, string> =>
  Object.fromEntries(
    safety.map(({ name, value, text }) => [ours(name, 40), `${ours(value, 60)} (${ours(text, 100)})`]),
  );
