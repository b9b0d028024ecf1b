import { anyOf } from './assertions/anyOf.ts';
import { apiPaths } from './assertions/apiPaths.ts';
import { approval } from './assertions/approval.ts';
import { attempts } from './assertions/attempts.ts';
import { audit } from './assertions/audit.ts';
import { auditEntrySize } from './assertions/auditEntrySize.ts';
import { auditSurvivesRestart } from './assertions/auditSurvivesRestart.ts';
import { breaker } from './assertions/breaker.ts';
import { compare } from './assertions/compare.ts';
import { directionChanges } from './assertions/directionChanges.ts';
import { escalated } from './assertions/escalated.ts';
import { forbidden } from './assertions/forbidden.ts';
import { gap } from './assertions/gap.ts';
import { ifSeen } from './assertions/ifSeen.ts';
import { image } from './assertions/image.ts';
import { metric } from './assertions/metric.ts';
import { metricBreach } from './assertions/metricBreach.ts';
import { modelCalls } from './assertions/modelCalls.ts';
import { mutations } from './assertions/mutations.ts';
import { noCodepoints } from './assertions/noCodepoints.ts';
import { noSecretLeak } from './assertions/noSecretLeak.ts';
import { order } from './assertions/order.ts';
import { processAlive } from './assertions/processAlive.ts';
import { ready } from './assertions/ready.ts';
import { replicas } from './assertions/replicas.ts';
import { reply } from './assertions/reply.ts';
import { resources } from './assertions/resources.ts';
import { writesWithin } from './assertions/writesWithin.ts';
import type { Assertion, AssertionName, Params } from './expectation.ts';
import type { Seen } from './seen.ts';

type Simple = Exclude<AssertionName, 'any_of' | 'if_seen' | 'repeatable'>;
type Judges = { readonly [K in Simple]: (params: Params<K>, seen: Seen) => string[] };

const JUDGES: Judges = {
  replicas,
  ready,
  resources,
  image,
  mutations,
  attempts,
  forbidden,
  writes_within: writesWithin,
  gap,
  direction_changes: directionChanges,
  order,
  approval,
  audit,
  audit_entry_size: auditEntrySize,
  audit_survives_restart: auditSurvivesRestart,
  reply,
  no_secret_leak: noSecretLeak,
  no_codepoints: noCodepoints,
  breaker,
  metric,
  metric_breach: metricBreach,
  compare,
  escalated,
  model_calls: modelCalls,
  process: processAlive,
  api_paths: apiPaths,
};

/** Judges one assertion on what a run showed: every fault in words, none when it holds. `repeatable` is about several runs and holds here. */
export function check(assertion: Assertion, seen: Seen): string[] {
  if (assertion.any_of !== undefined) return anyOf(assertion.any_of, seen, check);
  if (assertion.if_seen !== undefined) return ifSeen(assertion.if_seen, seen, check);
  return (Object.keys(JUDGES) as Simple[]).flatMap((name) => judged(name, assertion, seen));
}

function judged<K extends Simple>(name: K, assertion: Assertion, seen: Seen): string[] {
  const params = assertion[name] as Params<K> | undefined;
  return params === undefined ? [] : JUDGES[name](params, seen);
}

/** The assertion as a person reads it. */
export function wordsOf(assertion: Assertion): string {
  const { level: _, runs: __, ...rest } = assertion;
  const [[name, params] = ['', {}]] = Object.entries(rest).filter(([, value]) => value !== undefined);
  return `${name} ${JSON.stringify(params)}`;
}
