import type { FirstAdmin } from '../../../gateway/people/firstAdmin.ts';
import { accountName } from '../../../install/accounts.ts';

/** Where `fairlead login` and `kubectl port-forward` expect a gateway. */
export const USUAL_URL = 'http://127.0.0.1:8484';
const OWN_NAMESPACE = 'agent-system';

interface Where {
  readonly people: 'file' | 'secret' | undefined;
  readonly ownNamespace: string;
  readonly dataDir: string;
  readonly inPod: boolean;
}

/**
 * In a cluster a log is read by whoever may read logs, which the controller's token may. So the first admin's link is
 * printed by a command that runs in the gateway's pod, for whoever may enter that, or as whoever may write the Secret where the
 * gateway is in no pod. Undefined: neither Secret nor pod, and what is printed is its owner's.
 */
export function linkCommand({
  people,
  ownNamespace,
  dataDir,
  inPod,
}: Where): ((admin: Pick<FirstAdmin, 'name'>, url: string) => string) | undefined {
  if (people !== 'secret' && !inPod) return undefined;
  return ({ name }, url) => {
    const at = url === USUAL_URL ? '' : ` --url ${url}`;
    const add = `fairlead users add ${name} --role admin`;
    if (people !== 'secret') return `${add} --data ${dataDir}${at}, in this pod`;
    const own = ownNamespace === OWN_NAMESPACE ? '' : ` --namespace ${ownNamespace}`;
    const stored = `${add} --secret${own}${at}`;
    if (!inPod) return `${stored}, with the kubeconfig of this process`;
    return `kubectl exec -n ${ownNamespace} statefulset/${accountName('gateway')} -- ${stored}`;
  };
}
