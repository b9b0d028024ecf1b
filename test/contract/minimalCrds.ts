/** Decisions with an open schema: enough for the contract of the cluster port. */
export function crds(): object[] {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'decisions.fairlead.dev' },
      spec: {
        group: 'fairlead.dev',
        scope: 'Namespaced',
        names: { kind: 'Decision', plural: 'decisions', singular: 'decision', listKind: 'DecisionList' },
        versions: [
          {
            name: 'v1alpha1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: open, status: open } } },
          },
        ],
      },
    },
  ];
}
