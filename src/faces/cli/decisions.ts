import type { DecisionObject } from '../../schema/decisionObject.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { PHASES } from '../../schema/phases.ts';
import type { AskingFlags } from './flags.ts';
import { age, EXIT, type Io, print, table } from './io.ts';
import { parseScope, type Scope } from './service.ts';
import { openGoverned, trouble } from './session.ts';

/** `scale 2 to 6`, `restart_pods`, `delete_deployment`. */
export function whatOf(decision: DecisionObject): string {
  const { tool, arguments: args, seen } = decision.spec;
  const from = decision.status?.changes[0]?.before ?? seen?.replicas;
  return args.replicas === undefined ? tool : `${tool} ${from ?? '?'} to ${args.replicas}`;
}

export async function decisions(
  io: Io,
  service: string | undefined,
  flags: AskingFlags & { phase?: string },
): Promise<number> {
  if (flags.phase !== undefined && !PHASES.some((p) => p.toLowerCase() === flags.phase?.toLowerCase())) {
    io.err(`fairlead: --phase ${flags.phase}: there are ${PHASES.join(', ')}\n`);
    return EXIT.usage;
  }
  let scope: Scope | undefined;
  if (service !== undefined) {
    const parsed = parseScope(service);
    if (!parsed.ok) {
      io.err(`fairlead: ${parsed.error}\n`);
      return EXIT.usage;
    }
    scope = parsed.value;
  }
  const session = await openGoverned(io, flags);
  if (session === undefined) return EXIT.failed;
  const listed = await session.cluster.reader.list(KINDS.Decision, scope?.namespace);
  if (!listed.ok) {
    io.err(`fairlead: ${trouble(session, 'decisions cannot be read', listed.error)}\n`);
    return EXIT.failed;
  }
  const rows = (listed.value.items as DecisionObject[])
    .filter(
      (d) => scope?.name === undefined || d.spec.target.name === scope.name || d.spec.blueprint.name === scope.name,
    )
    .filter(
      (d) => flags.phase === undefined || (d.status?.phase ?? 'Pending').toLowerCase() === flags.phase.toLowerCase(),
    )
    .sort((a, b) => created(a) - created(b));
  print(io, flags.output, rows, () =>
    rows.length === 0
      ? 'no decisions\n'
      : table(
          ['DECISION', 'WHAT', 'BY', 'PHASE', 'REASON', 'AGE'],
          rows.map((d) => [
            `${d.metadata.namespace}/${d.metadata.name}`,
            whatOf(d),
            d.spec.requester.name,
            d.status?.phase ?? 'Pending',
            d.status?.reason ?? '',
            age(created(d), session.clock.now()),
          ]),
        ),
  );
  return EXIT.ok;
}

const created = (d: KubeObject): number => Date.parse(d.metadata.creationTimestamp ?? '') || 0;
