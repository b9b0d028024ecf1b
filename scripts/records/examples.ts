import type { JournalRecord } from '../../src/schema/journal.ts';
import type { KubeObject } from '../../src/schema/kube.ts';
import type { Authority } from '../../src/schema/verdict.ts';
import type { Play, Played } from './playedScenario.ts';

export interface Example extends Play {
  /** Without `.json`. */
  readonly name: string;
  /** What happened, in a line by hand. What it sets as code must stand in the file. */
  readonly about: string;
  readonly pick: (played: Played) => unknown;
}

const [AUTONOMOUS, APPROVAL] = ['auto-51-step-up', 'appr-50-approved-once'] as const;
const [ROOM, CONFLICT] = ['conf-12-g12-capacity-spared', 'conf-12-g12-capacity-fires'] as const;
const SLOW = 'auto-57-latency-without-load';
/** The last tick before somebody votes, and the first after it. */
const [WAITS, VOTED] = [14, 15] as const;

export const EXAMPLES: readonly Example[] = [
  {
    name: 'decision-autonomous',
    scenario: AUTONOMOUS,
    about: 'The load more than doubles. `scale` to `"replicas": 6` is `"allowed"`, written, verified: `"Succeeded"`.',
    pick: decision('allowed'),
  },
  {
    name: 'decision-restricted',
    scenario: APPROVAL,
    ticks: WAITS,
    about:
      'Nine replicas are needed where five are allowed: `"restricted"`. It waits for people: `"AwaitingApproval"`, with the `brief` that they read.',
    pick: decision('restricted'),
  },
  {
    name: 'decision-forbidden',
    scenario: SLOW,
    ticks: 2,
    attacked: true,
    about:
      'A service is slow, and a model under an attacker’s control wants `delete_deployment`: `"forbidden"` by three findings, `"Refused"`. The `brief` names what could be done instead.',
    pick: decision('forbidden'),
  },
  {
    name: 'decision-optimization',
    scenario: 'auto-53-step-down',
    about:
      'Idle capacity is given back: from `"before": "8"` to `"after": "3"` in three writes, a quarter at a time, each verified before the next.',
    pick: decision('allowed'),
  },
  {
    name: 'decision-multi-service',
    scenario: ROOM,
    ticks: 20,
    about:
      'Two services get busy in the same pass, and there is room for both: two Decisions, each with its own verdict and verification, both `"Succeeded"`.',
    pick: list,
  },
  {
    name: 'governance-allowed',
    scenario: AUTONOMOUS,
    about: 'The gate’s whole input and its verdict on `decision-autonomous`: one note, `OneStep`.',
    pick: verdict('allowed'),
  },
  {
    name: 'governance-restricted',
    scenario: APPROVAL,
    ticks: WAITS,
    about: 'The same for `decision-restricted`: `ApprovalRequired`, by `"devops-team"`.',
    pick: verdict('restricted'),
  },
  {
    name: 'governance-forbidden',
    scenario: SLOW,
    ticks: 2,
    attacked: true,
    about: 'The same for `decision-forbidden`: `ForbiddenByBlueprint`, `NotExecutable` and `NotExpressible`.',
    pick: verdict('forbidden'),
  },
  {
    name: 'circuit-breaker',
    scenario: 'fault-68-breaker',
    ticks: 72,
    about:
      'A quota lets no pod start. After `"failures": 3` in a row the breaker is `"open"`; `operations` counts the three writes, `seal` shows an edit by hand.',
    pick: ({ breakers }) => asPrinted(the(breakers, ({ metadata }) => metadata.name === 'web')),
  },
  {
    name: 'audit-approval',
    scenario: APPROVAL,
    ticks: VOTED,
    about:
      'One approval in the journals of executor and gateway: asked (`AwaitingApproval`), the signed `vote`, released (`"Approved"`), the `intent`, the write (`applied`).',
    pick: course((kind) => kind !== 'call'),
  },
  {
    name: 'verification-success',
    scenario: AUTONOMOUS,
    about: 'Both checks of a scale-up `"pass"` after 60 s, and the Decision ends.',
    pick: course((kind, phase) => kind === 'verified' || phase === 'Succeeded'),
  },
  {
    name: 'verification-failure',
    scenario: 'auto-79-undone-once',
    ticks: 35,
    about:
      'A scale-down makes requests fail: `"fail"` while it is still being watched, the undo (`"undo": true`) recorded and written, `"RolledBack"`.',
    pick: ({ decisions, records }) => {
      const { name } = the(decisions, ({ status }) => status?.phase === 'RolledBack').metadata;
      const of = records.filter(
        ({ writer, subject, kind }) => writer === 'executor' && subject === name && kind !== 'call',
      );
      return of.slice(of.findIndex(({ kind }) => kind === 'verified'));
    },
  },
  {
    name: 'multi-service-conflict',
    scenario: CONFLICT,
    ticks: 9,
    about:
      'The same as `decision-multi-service` but for one replica of room: the service of higher priority is served, the other waits, told for whom (`CapacityLost`, `"winner": "shop/zoo"`).',
    pick: list,
  },
];

/** The one that was meant, or an error: an example that shows something else is none. */
function the<T>(all: readonly T[], wanted: (one: T) => boolean): T {
  const found = all.find(wanted);
  if (found === undefined) throw new Error('the scenario no longer shows what it is an example of');
  return found;
}

function decision(authority: Authority) {
  return ({ decisions }: Played) => asPrinted(the(decisions, ({ spec }) => spec.verdict.authority === authority));
}

/** As `kubectl get decisions -o json` gives them. */
function list({ decisions }: Played): unknown {
  return { apiVersion: 'v1', kind: 'List', items: decisions.map(asPrinted) };
}

/** The executor's judgement of a Decision of that authority, on fresh state. */
function verdict(authority: Authority) {
  return ({ decisions, records }: Played): JournalRecord => {
    const { name } = the(decisions, ({ spec }) => spec.verdict.authority === authority).metadata;
    const record = the(
      records,
      ({ writer, kind, subject }) => writer === 'executor' && kind === 'call' && subject === name,
    );
    const { verdict: answer, ...rest } = record.data;
    // What was answered before what was asked, which is long. The hash is over sorted names.
    return { ...record, data: { verdict: answer, ...rest } };
  };
}

/** Of the journals, records of the last Decision that was written, oldest first. */
function course(wanted: (kind: JournalRecord['kind'], phase: unknown) => boolean) {
  return ({ decisions, records }: Played): readonly JournalRecord[] => {
    const written = decisions.filter(({ status }) => (status?.changes.length ?? 0) > 0);
    const name = written.at(-1)?.metadata.name;
    return records.filter(({ subject, kind, data }) => subject === name && wanted(kind, data['phase']));
  };
}

/** An object in kubectl's order, and like there without `managedFields`. */
function asPrinted({ apiVersion, kind, metadata, spec, status, ...rest }: KubeObject): unknown {
  const { managedFields: _, ...shown } = metadata;
  return { apiVersion, kind, metadata: shown, spec, ...(status !== undefined && { status }), ...rest };
}
