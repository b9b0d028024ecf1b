import { isObject } from '../loose.ts';
import { replicasOf, targetOf, when } from '../observed.ts';
import { type Effect, type Seen, TICK_MS } from '../seen.ts';

/**
 * Every write has its record: operation, target, old and new value, reason, the rules' verdict and who asked. The intent
 * stands before the write; what became of it no later than a tick after.
 */
export function everyChangeRecorded(seen: Seen): string[] {
  return seen.effects.flatMap((effect) => {
    const where = `${effect.object} in ${when(seen, effect.at)}`;
    const missing = missingOf(seen, effect);
    return missing === undefined ? [] : [`the change of ${where} has no full record: ${missing}`];
  });
}

function missingOf(seen: Seen, effect: Effect): string | undefined {
  const { lastChange, at, object } = effect;
  if (lastChange === undefined) return 'no note on the object';
  const records = seen.journals.flatMap((journal) => journal.records);
  const intent = records.find(
    ({ kind, data }) => kind === 'intent' && isObject(data['change']) && data['change']['id'] === lastChange.id,
  );
  if (intent === undefined || intent.at > at) return 'no intent before the write';
  const terms = isObject(intent.data['terms']) ? intent.data['terms'] : {};
  if (`${terms['namespace']}/${terms['name']}` !== targetOf(object)) return 'the intent names another target';
  if (typeof terms['operation'] !== 'string') return 'no operation';
  const change = isObject(terms['change']) ? terms['change'] : {};
  const [from, to] = [replicasOf(effect, 'before'), replicasOf(effect)];
  if (effect.changes.includes('replicas') && (change['from'] !== from || change['to'] !== to)) {
    return `the intent says ${change['from']} to ${change['to']}, written was ${from} to ${to}`;
  }
  const applied = records.find(({ kind, data }) => kind === 'applied' && data['changeId'] === lastChange.id);
  if (applied === undefined || applied.at > at + TICK_MS) return 'not confirmed within a tick';
  const decision = seen.decisions.find(({ metadata }) => metadata.name === lastChange.decision);
  if (decision === undefined) return `no Decision ${lastChange.decision}`;
  const { rationale, requester, origin } = decision.spec;
  if (rationale === '') return 'no reason';
  const isNobody = requester.kind === 'agent' && origin.model === '';
  if (requester.name === '' || isNobody) return 'nobody who asked';
  const verdict = decision.status?.verdict;
  return verdict === undefined || verdict.authority === 'forbidden' ? 'no verdict that let it through' : undefined;
}

/** Every refused call and Decision says which rule, and why. */
export function everyRefusalReasoned(seen: Seen): string[] {
  const calls = seen.journals
    .flatMap(({ records }) => records)
    .filter(
      ({ kind, data }) => kind === 'call' && isObject(data['verdict']) && data['verdict']['authority'] === 'forbidden',
    )
    .filter(({ data }) => !hasReason(data['verdict']))
    .map(({ at }) => `a call refused in ${when(seen, at)} has no reason`);
  const decisions = seen.decisions
    .filter(({ status }) => status?.phase === 'Refused' && (status.reason === '' || status.message === ''))
    .map(({ metadata }) => `Decision ${metadata.name} was refused without a reason`);
  return [...calls, ...decisions];
}

function hasReason(verdict: unknown): boolean {
  const findings = isObject(verdict) && Array.isArray(verdict['findings']) ? verdict['findings'] : [];
  return findings.some((finding) => isObject(finding) && finding['effect'] === 'forbid' && finding['message'] !== '');
}
