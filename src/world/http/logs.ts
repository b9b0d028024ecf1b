import { MOST_LOG_BYTES } from '../../ports/podLogs.ts';
import { KINDS } from '../../schema/kube.ts';
import { podLog } from '../podLogs.ts';
import type { World } from '../world.ts';
import { badRequest, refusedBy } from './refused.ts';
import { RESOURCES } from './resources.ts';

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/log$/;

/** `kubectl logs`; a log is not followed: what there is now is all of the answer. Undefined for any other path. */
export function logAnswer(world: World, pathname: string, query: URLSearchParams): string | undefined {
  const [, namespace, pod] = PATH.exec(pathname) ?? [];
  const resource = RESOURCES.find(({ kind }) => kind === KINDS.Pod);
  if (namespace === undefined || pod === undefined || resource === undefined) return undefined;
  const lines = Number(query.get('tailLines') ?? Number.MAX_SAFE_INTEGER);
  if (!Number.isSafeInteger(lines) || lines < 0) throw badRequest('tailLines must be a whole number of 0 or more');
  const container = query.get('container') ?? undefined;
  const request = { namespace, pod, lines, ...(container !== undefined && { container }) };
  const read = podLog(world.objects.get(KINDS.Pod, namespace, pod), request);
  if (!read.ok)
    throw read.error.code === 'invalid' ? badRequest(read.error.message) : refusedBy(read.error, resource, pod);
  return read.value.slice(0, MOST_LOG_BYTES);
}
