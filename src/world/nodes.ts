import type { KubeObject } from '../schema/kube.ts';

export interface NodeOptions {
  readonly name: string;
  /** Quantities. */
  readonly cpu?: string;
  readonly memory?: string;
  readonly pods?: string;
}

/** A healthy node, roomy unless told otherwise. */
export function nodeObject({ name, cpu = '1000', memory = '4Ti', pods = '10000' }: NodeOptions): KubeObject {
  const room = { cpu, memory, pods };
  const condition = (type: string, status: string, reason: string) => ({ type, status, reason });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
    spec: {},
    status: {
      capacity: room,
      allocatable: room,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
        condition('Ready', 'True', 'KubeletReady'),
      ],
      nodeInfo: { kubeletVersion: 'v1.37.2', osImage: 'fairlead world', containerRuntimeVersion: 'world://1' },
    },
  };
}
