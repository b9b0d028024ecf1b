import type { Candidate } from '../schema/assessment.ts';
import { AMOUNTS } from '../schema/resources.ts';
import type { ToolArguments } from './tool.ts';

/** A candidate of the analysis as the arguments of its tool. */
export function candidateArgs(
  { tool, replicas, revision, amounts }: Candidate,
  service: string,
  reason: string,
): ToolArguments {
  const base = { service, reason };
  switch (tool) {
    case 'scale':
      return { ...base, replicas };
    case 'rollback':
      return { ...base, revision: revision ?? null };
    case 'adjust_resources':
      return { ...base, ...Object.fromEntries(AMOUNTS.map((name) => [name, amounts?.[name] ?? null])) };
    case 'restart_pods':
    case 'hold':
      return base;
  }
}
