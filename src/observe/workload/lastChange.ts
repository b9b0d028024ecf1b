import { LastChange } from '../../schema/change.ts';
import { type KubeObject, LAST_CHANGE_ANNOTATION } from '../../schema/kube.ts';

/** What our newest change says of itself: the annotation's text as it stands, and parsed where it can be. */
export function lastChangeOf(deployment: KubeObject): { readonly text?: string; readonly parsed?: LastChange } {
  const text = deployment.metadata.annotations?.[LAST_CHANGE_ANNOTATION];
  if (text === undefined) return {};
  try {
    const parsed = LastChange.safeParse(JSON.parse(text));
    return parsed.success ? { text, parsed: parsed.data } : { text };
  } catch {
    return { text };
  }
}
