import type { ServiceView } from '../../observe/serviceView.ts';
import type { Amount } from '../../schema/fleet.ts';

/** `0.5 cores`, `1 core`. */
export function coresText(millicores: number): string {
  const cores = Math.ceil(millicores) / 1000;
  return `${cores} core${cores === 1 ? '' : 's'}`;
}

/** `512 MiB`, `1.5 GiB`: whole MiB, rounded up. */
export function memoryText(bytes: number): string {
  const mib = Math.ceil(bytes / 2 ** 20);
  return mib >= 1024 && mib % 128 === 0 ? `${mib / 1024} GiB` : `${mib} MiB`;
}

const NO_MORE: Amount = { replicas: 0, cpu: 0, memory: 0 };

/** What all services use of the budget they share, now and with so much more; undefined: not known, or no budget is set. */
export function capacityText({ fleet, global }: ServiceView, more: Amount = NO_MORE): string | undefined {
  const used = fleet?.used;
  const { replicas, cpu, memory } = global?.capacity ?? {};
  if (used === undefined) return undefined;
  const moves = (show: (value: number) => string, from: number, by: number): string =>
    by === 0 ? show(from) : `${show(from)} to ${show(from + by)}`;
  const parts = [
    ...(replicas === undefined ? [] : [`${moves(String, used.replicas, more.replicas)} of ${replicas} replicas`]),
    ...(cpu === undefined
      ? []
      : [`${moves((n) => String(Math.ceil(n) / 1000), used.cpu, more.cpu)} of ${coresText(cpu)}`]),
    ...(memory === undefined ? [] : [`${moves(memoryText, used.memory, more.memory)} of ${memoryText(memory)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}
