import type { ServiceView } from '../../observe/serviceView.ts';
import { Service, targetOf } from '../../tools/service.ts';
import type { McpDesk } from './desk.ts';

/** A service as it is asked for: the name of its Deployment, or of its Blueprint. */
export interface Asked {
  readonly namespace: string;
  /** Of the Deployment: what the gate judges. */
  readonly target: string;
  /** Of the Blueprint: what pages and records call it. */
  readonly name: string;
  readonly view: ServiceView | undefined;
}

/** `text` is one that `Service` accepted. */
export function serviceAsked(desk: McpDesk, text: string): Asked {
  const { namespace, name } = targetOf(text);
  const own = desk.calls.views().filter((view) => view.namespace === namespace);
  const view =
    own.find(({ blueprint }) => blueprint?.target.name === name) ?? own.find((one) => one.name === name) ?? undefined;
  return { namespace, target: view?.blueprint?.target.name ?? name, name: view?.name ?? name, view };
}

/** The service of a record, which names its Blueprint. */
export const serviceOfRecord = (desk: McpDesk, namespace: string, blueprint: string): Asked => {
  const view = desk.calls.views().find((one) => one.namespace === namespace && one.name === blueprint);
  return { namespace, target: view?.blueprint?.target.name ?? blueprint, name: blueprint, view };
};

/** `namespace/name` of every governed Deployment, by name. */
export const serviceNames = (desk: McpDesk): readonly string[] =>
  desk.calls
    .views()
    .map(({ namespace, name, blueprint }) => `${namespace}/${blueprint?.target.name ?? name}`)
    .toSorted();

/** Names of records: what stands before and after the slash. */
export function recordName(text: string): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = targetOf(text);
  return { namespace, name };
}

/** Services and records are both named so. */
export const PairName = Service.describe('namespace/name');
