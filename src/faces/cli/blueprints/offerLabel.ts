import { KINDS, type KubeObject, MANAGED_LABEL } from '../../../schema/kube.ts';
import type { Io } from '../io.ts';
import { ask } from '../people/askPassword.ts';
import { type Session, trouble } from '../session.ts';

interface Labelling {
  readonly cluster: Pick<Session['cluster'], 'server' | 'context' | 'manage'> & {
    readonly reader: Pick<Session['cluster']['reader'], 'get'>;
  };
}

export interface LabelFlags {
  /** Said on the command line: no question. */
  readonly manage?: boolean;
  /** Asks whoever sits there; absent: nobody does. */
  readonly isYes?: (question: string) => Promise<boolean>;
}

/** What a person types to set it themselves. */
export const labelCommand = (namespace: string, name: string): string =>
  `kubectl label deploy -n ${namespace} ${name} ${MANAGED_LABEL}=true`;

/**
 * The label on the Deployment that an applied Blueprint governs is people's word, so it is set only when a person says so:
 * by `--manage`, or asked. Else they are told what is missing, and how to set it. False: it was to be set and could not be.
 */
export async function offerLabel(
  io: Io,
  session: Labelling,
  blueprint: KubeObject,
  { manage = false, isYes }: LabelFlags,
): Promise<boolean> {
  const { namespace = '', name: own } = blueprint.metadata;
  const name = (blueprint.spec as { readonly target?: { readonly name?: string } } | undefined)?.target?.name ?? own;
  const read = await session.cluster.reader.get(KINDS.Deployment, namespace, name);
  const where = `${namespace}/${name}`;
  if (!read.ok) {
    io.err(`fairlead: ${trouble(session, `Deployment ${where} cannot be read for its label`, read.error)}\n`);
    return !manage;
  }
  if (read.value === undefined) {
    io.err(
      `fairlead: there is no Deployment ${where} yet\n  fix: once it is there, ${labelCommand(namespace, name)}\n`,
    );
    return !manage;
  }
  const { labels, uid } = read.value.metadata;
  if (labels?.[MANAGED_LABEL] === 'true' || uid === undefined) return true;
  if (manage || (await isYes?.(questionOf(where))) === true) {
    const set = await session.cluster.manage(namespace, { name, uid });
    if (set.ok) io.err(`deployments/${name} labelled ${MANAGED_LABEL}=true in ${namespace}\n`);
    else io.err(`fairlead: ${trouble(session, `Deployment ${where} was not labelled`, set.error)}\n`);
    return set.ok;
  }
  io.err(
    `fairlead: Deployment ${where} does not carry the label ${MANAGED_LABEL}=true: where the admission policies are installed, Fairlead changes nothing of it\n  fix: ${labelCommand(namespace, name)}, or fairlead apply --manage\n`,
  );
  return true;
}

const questionOf = (where: string): string =>
  `Deployment ${where} does not carry the label ${MANAGED_LABEL}=true. May Fairlead change it, as far as the blueprint says? [y/N] `;

/** Anything but a yes is a no. */
export const askedAtTerminal =
  (io: Io) =>
  async (question: string): Promise<boolean> => {
    const answer = await ask(io, question, false);
    return answer.ok && /^y(es)?$/i.test(answer.value.trim());
  };
