import type { KubeObject } from '../schema/kube.ts';

interface Pair {
  /** PKCS #8 PEM. */
  readonly privatePem: string;
  /** SPKI PEM. */
  readonly publicPem: string;
}

/**
 * What stands between people's votes and the executor that believes them: the signing key, for the gateway to mount
 * (`serve --signing-key`) and for no API call to read; its public half, for the executor (`--trust`); and the empty Secret
 * of users and sessions, which the gateway may read and write by name, and could not create under that rule.
 */
export const keyObjects = (namespace: string, { privatePem, publicPem }: Pair): KubeObject[] => [
  secret('fairlead-signing-key', namespace, { 'gateway.key': privatePem }),
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'fairlead-trust', namespace },
    data: { 'gateway.pub': publicPem },
  },
  secret('fairlead-gateway', namespace, {}),
];

const secret = (name: string, namespace: string, stringData: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  type: 'Opaque',
  stringData,
});
