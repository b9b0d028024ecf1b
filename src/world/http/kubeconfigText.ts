/**
 * A kubeconfig for the server. kubectl sends no token over plain http, so the secret is part of the server's path; it
 * stands there as a token too, for clients that do send one.
 */
export function kubeconfigText(server: string, token: string, namespace: string): string {
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'fairlead-world', cluster: { server } }],
      users: [{ name: 'fairlead-world', user: { token } }],
      contexts: [
        {
          name: 'fairlead-world',
          context: { cluster: 'fairlead-world', user: 'fairlead-world', namespace },
        },
      ],
      'current-context': 'fairlead-world',
    },
    null,
    2,
  )}\n`;
}
