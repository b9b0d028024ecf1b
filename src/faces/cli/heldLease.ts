import { parseInstant } from '../../kernel/parseInstant.ts';
import type { ClusterReader } from '../../ports/cluster.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { age } from './io.ts';

export type LeasedName = 'controller' | 'executor';

/** A Lease lasts 15 s; a holder that has not renewed for twice that is gone, and nobody took its place. */
const SILENT_MS = 30_000;

const DOES: Readonly<Record<LeasedName, string>> = {
  controller: 'nobody proposes',
  executor: 'nobody acts, verifies or undoes',
};

/**
 * What a role's Lease says of now, read in one way everywhere. `ahead`: it was renewed at a time that is not yet: some clock is
 * wrong, and nobody can tell from it whether the holder still runs.
 */
export type Holding = {
  readonly state: 'heard' | 'silent' | 'ahead' | 'givenUp' | 'never';
  readonly holder?: string;
  /** A sentence without the role. */
  readonly words: string;
};

export function holdingOf(role: LeasedName, lease: KubeObject | undefined, now: number): Holding {
  if (lease === undefined) return { state: 'never', words: `none has run yet: ${DOES[role]}` };
  const { holderIdentity, renewTime } = (lease.spec ?? {}) as { holderIdentity?: string; renewTime?: string };
  const renewed = parseInstant(renewTime ?? '');
  const since = renewed === undefined ? 'nobody knows how long' : age(renewed, now);
  if (!holderIdentity) return { state: 'givenUp', words: `given up ${since} ago: ${DOES[role]}` };
  const of = { holder: holderIdentity };
  if (renewed === undefined || now - renewed > SILENT_MS)
    return { ...of, state: 'silent', words: `${holderIdentity}: silent for ${since}: ${DOES[role]}` };
  if (renewed - now > SILENT_MS)
    return {
      ...of,
      state: 'ahead',
      words: `${holderIdentity}: its Lease was renewed ${age(now, renewed)} ahead of the cluster’s time: a clock is wrong, and whether it still runs cannot be told`,
    };
  return { ...of, state: 'heard', words: `${holderIdentity}, heard ${since} ago` };
}

/** Who holds a role's Lease now, or may; undefined: nobody, or nobody who was heard of lately. */
export function holderOf(lease: KubeObject | undefined, now: number): string | undefined {
  const { state, holder } = holdingOf('executor', lease, now);
  return state === 'heard' || state === 'ahead' ? holder : undefined;
}

/**
 * A line where no executor is known to run, by the cluster of this shell, if that is the one where `decision` stands; of any other
 * cluster, or of what may not be read, nothing is said.
 */
export async function unheardLine(
  {
    reader,
    ownNamespace,
    now,
  }: { readonly reader: Pick<ClusterReader, 'get'>; readonly ownNamespace: string; readonly now: () => number },
  decision: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const there = await reader.get(KINDS.Decision, decision.namespace, decision.name);
  if (!there.ok || there.value === undefined) return '';
  const lease = await reader.get(KINDS.Lease, ownNamespace, 'fairlead-executor');
  if (!lease.ok) return '';
  const { state, words } = holdingOf('executor', lease.value, now());
  if (state === 'heard') return '';
  return `${state === 'ahead' ? 'the executor' : 'no executor carries it out now'}: ${words}`;
}

/** A line for each role that nobody is known to do now; of a Lease that may not be read nothing is said. */
export async function absentLines(
  reader: Pick<ClusterReader, 'get'>,
  ownNamespace: string,
  now: number,
): Promise<string> {
  const lines = await Promise.all(
    (['controller', 'executor'] as const).map(async (role) => {
      const read = await reader.get(KINDS.Lease, ownNamespace, `fairlead-${role}`);
      if (!read.ok) return '';
      const { state, words } = holdingOf(role, read.value, now);
      if (state === 'heard') return '';
      const whose = state === 'ahead' ? role : `no ${role} runs in ${ownNamespace}`;
      return `${whose}: ${words}\n`;
    }),
  );
  return lines.join('');
}
