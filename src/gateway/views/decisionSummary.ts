import type { DecisionSummary } from '../../schema/api/services.ts';
import { wishWords } from '../../schema/wish.ts';
import type { DecisionRecord } from './records.ts';
import { instant, name, sentence } from './told.ts';
import { verdictWord } from './verdicts.ts';

/** One line of the list of decisions. */
export function decisionSummary({ namespace, name: own, createdAt, spec, status }: DecisionRecord): DecisionSummary {
  return {
    namespace,
    name: own,
    service: name(spec.blueprint.name),
    what: whatWords({ spec, status }),
    verdict: verdictWord(status?.verdict ?? spec.verdict),
    phase: status?.phase ?? 'Pending',
    reason: name(status?.reason ?? 'New'),
    message: sentence(status?.message ?? 'The executor has not looked at it yet.'),
    by: name(spec.requester.name),
    at: instant(createdAt),
  };
}

/** `scale 2 to 6`, `restart_pods`, `delete_deployment`. */
export function whatWords({
  spec,
  status,
}: Pick<DecisionRecord, 'spec'> & { status: DecisionRecord['status'] }): string {
  const { tool, arguments: args, seen } = spec;
  if (args.replicas === undefined) return sentence(wishWords(tool, args));
  const from = status?.changes[0]?.before ?? seen?.replicas;
  return sentence(`${tool} ${from === undefined ? '' : `${from} `}to ${args.replicas}`);
}
