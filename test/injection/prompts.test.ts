import { describe, expect, it } from 'vitest';
import { answerText } from '../../src/agents/answer/answerText.ts';
import { observationText } from '../../src/agents/observationText.ts';
import { blueprintParser } from '../../src/agents/roles/blueprintParser.ts';
import { governanceEnforcer } from '../../src/agents/roles/governanceEnforcer.ts';
import { clean } from '../../src/agents/untrusted.ts';
import { anomaly } from '../../src/analysis/anomaly.ts';
import { answerRead } from '../../src/calls/reads.ts';
import { briefFacts } from '../../src/controller/briefFacts.ts';
import type { ServiceView } from '../../src/observe/serviceView.ts';
import type { DecisionObject } from '../../src/schema/decisionObject.ts';
import { KINDS } from '../../src/schema/kube.ts';
import type { Workload } from '../../src/schema/workload.ts';
import { DECISION_SPEC, decisionObject } from '../../src/testing/contractObjects.ts';
import { FakeCluster } from '../../src/testing/fakeCluster.ts';
import {
  CPU_HIGH,
  proposalContext,
  STOREFRONT,
  STOREFRONT_WORKLOAD,
  signal,
  verdict,
} from '../../src/testing/proposalContext.ts';
import { TOOLS } from '../../src/tools/catalog.ts';
import { CASES, type Payload } from './payloads.ts';

/** Whatever enters by whatever way: every text of others in the cluster is the payload at once. */
function hostileWorkload(text: string): Workload {
  const pod = { ready: false, current: true, restarts: 3, terminating: false, startedAt: 1 };
  const now = STOREFRONT_WORKLOAD.at;
  return {
    ...STOREFRONT_WORKLOAD,
    image: text,
    replicaFailure: text,
    rollout: { ...STOREFRONT_WORKLOAD.rollout, underWay: true, newPods: 1, newPodsFailing: 1, failingPasses: 3 },
    owners: [{ kind: 'GitOps', name: text, field: 'replicas' }],
    disruptionBudgets: [],
    pods: [
      { ...pod, name: 'storefront-a', trouble: 'CrashLoopBackOff', troubleDetail: text },
      { ...pod, name: 'storefront-b', trouble: text, lastRestart: { at: now - 1_000, reason: text } },
    ],
    containers: [{ name: text, main: true }],
    revisions: [],
  };
}

const hostileDecision = (text: string): DecisionObject => ({
  ...(decisionObject('shop', 'storefront-1') as DecisionObject),
  spec: {
    ...DECISION_SPEC,
    blueprint: { ...DECISION_SPEC.blueprint, name: 'storefront' },
    tool: text.slice(0, 64),
    rationale: text.slice(0, 2_000),
    arguments: { sent: text.slice(0, 2_000) },
  },
});

function hostileView(text: string): ServiceView {
  return {
    namespace: 'shop',
    name: 'storefront',
    blueprint: {
      ...STOREFRONT,
      version: text.slice(0, 64),
      authority: {
        ...STOREFRONT.authority,
        requiresApproval: [{ operation: 'scale_beyond_limits', condition: 'always', approvers: [text.slice(0, 200)] }],
      },
      metrics: { ...STOREFRONT.metrics, latencyP95: text.slice(0, 200) },
    },
    object: { apiVersion: '', kind: 'Blueprint', metadata: { name: 'storefront' } },
    matches: 1,
    workload: hostileWorkload(text),
    assessment: hostileAssessment(text),
  };
}

function hostileAssessment(text: string) {
  const workload = hostileWorkload(text);
  const words = anomaly(workload, STOREFRONT, {} as never, [], ['ready'], [], workload.at) ?? '';
  return {
    ...CPU_HIGH,
    signals: [...CPU_HIGH.signals, { ...signal('requests_per_second', 1), state: 'missing' as const, detail: text }],
    distress: [`pod storefront-b restarted 1 s ago (${text})`],
    anomaly: words,
    recommendation: { ...CPU_HIGH.recommendation, started: false, reason: `pod restarted 1 s ago (${text})` },
    candidates: [],
  };
}

function observation(text: string): string {
  return observationText(
    proposalContext({
      workload: hostileWorkload(text),
      assessment: hostileAssessment(text),
      blueprint: hostileView(text).blueprint ?? STOREFRONT,
      candidates: [{ candidate: { tool: 'restart_pods', floor: false, reason: `mends ${text}` } }],
      recentDecisions: [{ at: 0, what: text.slice(0, 64), phase: 'Refused', reason: text.slice(0, 64) }],
    }),
  );
}

/** Answers of all read tools, as the conversation carries them. */
async function answers(text: string): Promise<string[]> {
  const reader = new FakeCluster();
  reader.put({
    apiVersion: KINDS.Event.apiVersion,
    kind: 'Event',
    metadata: { name: 'storefront.1', namespace: 'shop' },
    regarding: { kind: 'Pod', name: 'storefront-a' },
    reason: text.slice(0, 128),
    note: text.slice(0, 1_000),
  });
  const view = hostileView(text);
  const logs = { read: () => Promise.resolve({ ok: true as const, value: text }) };
  const context = { views: [view], decisions: [hostileDecision(text)], reader, logs };
  const reads = TOOLS.filter(({ effect }) => effect === 'read').map(({ name }) => name);
  const said: string[] = [];
  for (const tool of [...reads, 'no_such_read']) {
    const args = {
      service: 'shop/storefront',
      ...(tool === 'get_logs' ? { pod: null, lines: 20 } : { yaml: `metadata: ${JSON.stringify(text)}\n` }),
    };
    const read = await answerRead({ tool, args }, view, context);
    const judged = read.ok
      ? { kind: 'answered' as const, verdict: verdict(), data: read.value }
      : { kind: 'failed' as const, verdict: verdict(), message: `${read.error}: ${text}` };
    said.push(answerText(tool, judged));
  }
  return said;
}

function brief(text: string): string {
  const view = hostileView(text);
  const judged = verdict({
    authority: 'restricted',
    approvers: [text.slice(0, 200)],
    findings: [
      {
        rule: 'G0',
        code: 'NeedsApproval',
        effect: 'restrict',
        message: `approval by ${text}`.slice(0, 500),
        values: {},
      },
    ],
  });
  const facts = briefFacts({
    request: {
      id: 'r1',
      tool: text.slice(0, 64),
      effect: 'change',
      args: {},
      wanted: { kind: 'scale', replicas: 15 },
      target: { namespace: 'shop', name: 'storefront' },
      requester: { kind: 'person', name: text.slice(0, 200) },
    } as unknown as Parameters<typeof briefFacts>[0]['request'],
    verdict: judged,
    view,
    rationale: text,
    alternatives: [`scale to 10: needs approval by ${text.slice(0, 200)}`],
  });
  return String(governanceEnforcer.fill(facts).facts);
}

const explanations = (text: string): string[] => [
  String(
    blueprintParser.fill({
      name: 'storefront',
      version: '2.0.0',
      kind: 'refused',
      lines: [`line 3: found ${text}; write a number`],
      refused: { text: `spec: "${text}"\n# ${text}\n`, faults: [] } as never,
    }).facts,
  ),
  ...(['changed', 'new'] as const).map((kind) =>
    String(
      blueprintParser.fill({
        name: 'storefront',
        version: '2.0.0',
        kind,
        lines: [`approvers of scale_beyond_limits: ops to ${text}`],
      }).facts,
    ),
  ),
];

/** What stands outside of every mark of ours. */
const outside = (prompt: string): string =>
  prompt.replaceAll(/<data from="[a-z_]+">\n[\s\S]*?\n<\/data>/g, '[data]').replaceAll(/«[^«»]*»/g, '[quoted]');

/** Pieces of the payload that no text of ours contains. */
function traces({ text }: Payload): string[] {
  const plain = clean(text, 300).replaceAll(/[⋯"]/g, ' ');
  return plain
    .split(/\s+/)
    .filter((word) => word.length >= 4 && !word.includes('get_') && /[^\x20-\x7e]|_|[A-Z]{3}|<|\|/.test(word))
    .concat([...plain].length >= 24 ? [[...plain].slice(0, 24).join('').trim()] : []);
}

describe.each(CASES)('%s', (_, payload) => {
  const prompts = async (): Promise<string[]> => [
    observation(payload.text),
    ...(await answers(payload.text)),
    brief(payload.text),
    ...explanations(payload.text),
  ];

  it('stands in a prompt only inside our marks, capped, and shows all it carries (P10)', async () => {
    for (const prompt of await prompts()) {
      expect(prompt.length).toBeLessThan(9_000);
      // Unseen characters, and breaks that are none of ours.
      expect(prompt).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
      const bare = outside(prompt);
      for (const trace of traces(payload)) expect(bare).not.toContain(trace);
      // No mark is opened or closed but by us.
      expect(bare).not.toMatch(/[«»]|<\/?data|<[|/!?A-Za-z]/i);
      // Nothing begins a turn, in a mark or out of it.
      expect(prompt).not.toMatch(/^\s*(?:#{2,}\s|(?:human|assistant|system|user|developer)\s*:)/im);
      expect(prompt).not.toMatch(/<\||\|>|\[\/?(?:INST|SYS|TOOL_CALLS)\]|<<|<\/?(?:SYSTEM|tool_call|script)/i);
    }
  });

  it('changes no field of an answer but its own', async () => {
    for (const answer of await answers(payload.text)) {
      const body = /<data from="[a-z_]+">\n([\s\S]*)\n<\/data>$/.exec(answer)?.[1];
      if (body === undefined || body.endsWith('⋯')) continue;
      const fields = JSON.stringify(JSON.parse(body), (key, value) =>
        key === 'approved' || key === 'by' ? expect.fail(`a field ${key} was forged`) : value,
      );
      expect(fields).not.toContain('"approved":');
    }
  });
});
