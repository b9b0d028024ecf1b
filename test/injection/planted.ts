import type { JournalRecord } from '../../src/schema/journal.ts';
import { KINDS, type KubeObject } from '../../src/schema/kube.ts';
import { DECISION_SPEC, DECISION_STATUS, decisionObject } from '../../src/testing/contractObjects.ts';
import { MemoryJournal } from '../../src/testing/memoryJournal.ts';
import type { VirtualRun } from '../../src/virtualRun.ts';
import { ASKED, type StageOptions } from '../stages/hostileStage.ts';
import type { Payload, Place } from './payloads.ts';

type Part = Record<string, unknown>;
type Shape = (object: KubeObject, text: string) => KubeObject;

/** By place, the object it is written into; a place that is none of these is an Event, an annotation and a Decision alone. */
const DEPLOYMENTS: Partial<Record<Place, Shape>> = {
  label: (object, text) => withMetadata(object, { labels: { ...object.metadata.labels, note: text } }),
  image: (object, text) => withContainer(object, { image: text.slice(0, 300) }),
  env: (object, text) => withContainer(object, { env: [{ name: 'NOTE', value: text }] }),
};

const BLUEPRINTS: Partial<Record<Place, Shape>> = {
  group: (object, text) => withApproval(object, { approvers: [text.slice(0, 60)] }),
  condition: (object, text) => withApproval(object, { condition: `service != "${text.slice(0, 80)}"` }),
  metric: (object, text) => ({
    ...object,
    spec: { ...(object.spec as Part), metrics: { latency_p95: asMetric(text) } },
  }),
};

/** The API server takes no other letters in the name of a metric. */
const asMetric = (text: string): string => `m${text.slice(0, 60).replaceAll(/[^A-Za-z0-9_]/g, '_')}`;

const withMetadata = (object: KubeObject, more: Partial<KubeObject['metadata']>): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, ...more },
});

function withContainer(object: KubeObject, more: Part): KubeObject {
  const copy = structuredClone(object) as KubeObject & { spec: { template: { spec: { containers: Part[] } } } };
  Object.assign(copy.spec.template.spec.containers[0] ?? {}, more);
  return copy;
}

function withApproval(object: KubeObject, more: Part): KubeObject {
  const copy = structuredClone(object) as KubeObject & {
    spec: { governance: { agent_authority: { requires_approval: Part[] } } };
  };
  Object.assign(copy.spec.governance.agent_authority.requires_approval[0] ?? {}, more);
  return copy;
}

/**
 * The stage with a payload in it: in an annotation, an Event and the words of an earlier Decision, and at its own place. The
 * calls of the run are put into `records` as the journal has them.
 */
export function planted(payload: Payload | undefined, records: JournalRecord[]): Partial<StageOptions> {
  const journal: StageOptions['journal'] = (role, clock) => {
    const memory = new MemoryJournal(clock, role);
    return role === 'controller' ? keeping(memory, records) : memory;
  };
  if (payload === undefined) return { journal };
  const { place, text } = payload;
  return {
    journal,
    shaped: (object) => {
      const shape = (object.kind === 'Deployment' ? DEPLOYMENTS : BLUEPRINTS)[place];
      const shaped = object.metadata.name === ASKED && shape !== undefined ? shape(object, text) : object;
      return withMetadata(shaped, { annotations: { ...shaped.metadata.annotations, note: text.slice(0, 10_000) } });
    },
    plant: (run) => tell(run, text),
  };
}

function keeping(memory: MemoryJournal, records: JournalRecord[]): MemoryJournal {
  const append = memory.append.bind(memory);
  memory.append = async (entry) => {
    const done = await append(entry);
    records.push(...memory.records.slice(-1));
    return done;
  };
  return memory;
}

function tell({ world }: VirtualRun, text: string): void {
  const { apiVersion, kind } = KINDS.Event;
  const metadata = { name: `${ASKED}.note`, namespace: 'shop' };
  const regarding = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: ASKED };
  const event = { apiVersion, kind, metadata, regarding, reason: 'Note', type: 'Warning', note: text.slice(0, 1_000) };
  world.objects.add(KINDS.Event, event, 'kubelet');
  const earlier = {
    ...decisionObject('shop', `${ASKED}-earlier`),
    spec: {
      ...DECISION_SPEC,
      blueprint: { ...DECISION_SPEC.blueprint, name: ASKED },
      target: { ...DECISION_SPEC.target, name: ASKED },
      tool: text.slice(0, 64),
      rationale: text.slice(0, 2_000),
    },
    status: { ...DECISION_STATUS, phase: 'Refused', message: text.slice(0, 400), reason: 'Forbidden' },
  };
  world.objects.add(KINDS.Decision, earlier, 'fairlead');
}
