/** What a Blueprint says otherwise than 2..5 replicas and no rollback. */
export interface BlueprintIs {
  readonly annotations?: Record<string, string>;
  readonly allowed?: readonly string[];
  /** Behind an approval. */
  readonly asked?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}
export const CONTAINER = '/spec/template/spec/containers/0';
const ROLLBACK = ['scale_within_limits', 'rollback'];
/** Two policies refuse it, and the API server answers with the one it happens to ask first. */
const TWICE = /does not grant rollback|no rollback gives pods another account/;
export const replicas = (value: number): object => ({ op: 'replace', path: '/spec/replicas', value });

/** What is tried, what the blueprint says (else 2..5, no rollback), the patch, and what the API server answers. */
export const ATTEMPTS: readonly [string, BlueprintIs, object[], string | RegExp][] = [
  ['replicas inside', {}, [replicas(5)], 'done'],
  ['replicas beyond', {}, [replicas(6)], 'replicas 6 is outside 2..5 of Blueprint web-'],
  ['replicas below', {}, [replicas(1)], 'replicas 1 is outside 2..5'],
  ['zero', {}, [replicas(0)], 'replicas 0 is outside'],
  ['zero where it is granted', { allowed: ['scale_to_zero'] }, [replicas(0)], 'done'],
  ['back towards the range', { max: 2 }, [replicas(2)], 'done'],
  ['further away', { max: 2 }, [replicas(4)], 'replicas 4 is outside 2..2'],
  [
    'the annotation of ours',
    {},
    [{ op: 'add', path: '/metadata/annotations/fairlead.dev~1last-change', value: '{}' }],
    'done',
  ],
  [
    'another annotation',
    {},
    [{ op: 'add', path: '/metadata/annotations/other', value: 'x' }],
    'writes fairlead.dev/last-change alone',
  ],
  ['a label', {}, [{ op: 'add', path: '/metadata/labels/x', value: 'y' }], 'no label'],
  ['the label that binds it', {}, [{ op: 'remove', path: '/metadata/labels/fairlead.dev~1managed' }], 'no label'],
  [
    'an owner',
    {},
    [
      {
        op: 'add',
        path: '/metadata/ownerReferences',
        value: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'b' }],
      },
    ],
    'no label, finalizer or owner',
  ],
  ['a finalizer', {}, [{ op: 'add', path: '/metadata/finalizers', value: ['x.y/z'] }], 'no label, finalizer or owner'],
  [
    'the strategy',
    {},
    [{ op: 'replace', path: '/spec/strategy', value: { type: 'Recreate' } }],
    'replicas and pod template alone',
  ],
  ['a pause', {}, [{ op: 'add', path: '/spec/paused', value: true }], 'replicas and pod template alone'],
  [
    'a restart',
    {},
    [
      {
        op: 'add',
        path: '/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt',
        value: '2026-01-01T00:00:00Z',
      },
    ],
    'done',
  ],
  [
    'another annotation of the pods',
    {},
    [{ op: 'add', path: '/spec/template/metadata/annotations/x', value: 'y' }],
    'does not grant rollback',
  ],
  [
    'a label of the pods',
    {},
    [{ op: 'add', path: '/spec/template/metadata/labels/x', value: 'y' }],
    'does not grant rollback',
  ],
  [
    'the image',
    {},
    [{ op: 'replace', path: `${CONTAINER}/image`, value: 'registry.example/evil:1' }],
    'does not grant rollback',
  ],
  [
    'the image where rollback is granted',
    { allowed: ROLLBACK },
    [{ op: 'replace', path: `${CONTAINER}/image`, value: 'registry.example/old:1' }],
    'done',
  ],
  [
    'the image where people are asked for a rollback',
    { asked: ['rollback'] },
    [{ op: 'replace', path: `${CONTAINER}/image`, value: 'registry.example/old:1' }],
    'done',
  ],
  ['zero where people are asked for it', { asked: ['scale_to_zero'] }, [replicas(0)], 'replicas 0 is outside'],
  ['the environment', {}, [{ op: 'replace', path: `${CONTAINER}/env`, value: [] }], 'does not grant rollback'],
  ['a command', {}, [{ op: 'add', path: `${CONTAINER}/command`, value: ['sh'] }], 'does not grant rollback'],
  [
    'a further container',
    {},
    [{ op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'x', image: 'y' } }],
    'does not grant rollback',
  ],
  ['a container less', {}, [{ op: 'remove', path: '/spec/template/spec/containers/1' }], 'does not grant rollback'],
  [
    'an init container',
    {},
    [{ op: 'add', path: '/spec/template/spec/initContainers', value: [{ name: 'x', image: 'y' }] }],
    'does not grant rollback',
  ],
  [
    'another account for the pods',
    {},
    [{ op: 'add', path: '/spec/template/spec/serviceAccountName', value: 'admin' }],
    TWICE,
  ],
  ['the host’s network', {}, [{ op: 'add', path: '/spec/template/spec/hostNetwork', value: true }], TWICE],
  [
    'a volume',
    {},
    [{ op: 'add', path: '/spec/template/spec/volumes', value: [{ name: 'x', hostPath: { path: '/' } }] }],
    TWICE,
  ],
  [
    'resources inside',
    {},
    [
      {
        op: 'replace',
        path: `${CONTAINER}/resources`,
        value: { requests: { cpu: '300m', memory: '0.5Gi' }, limits: { cpu: '1', memory: '1Gi' } },
      },
    ],
    'done',
  ],
  [
    'too much memory',
    {},
    [{ op: 'replace', path: `${CONTAINER}/resources/limits/memory`, value: '3Gi' }],
    'outside the bounds of Blueprint web-',
  ],
  [
    'too little CPU',
    {},
    [{ op: 'replace', path: `${CONTAINER}/resources/requests/cpu`, value: '10m' }],
    'outside the bounds',
  ],
  ['a limit taken off', {}, [{ op: 'remove', path: `${CONTAINER}/resources/limits/memory` }], 'outside the bounds'],
  [
    'another resource',
    {},
    [{ op: 'add', path: `${CONTAINER}/resources/limits/ephemeral-storage`, value: '1Gi' }],
    'outside the bounds',
  ],
  ['zero where the range begins there, and nobody granted it', { min: 0 }, [replicas(0)], 'replicas 0 is outside 0..5'],
  ['one where the range begins at none', { min: 0 }, [replicas(1)], 'done'],
  ['zero, which is nearer', { min: 0, max: 0 }, [replicas(0)], 'replicas 0 is outside 0..0'],
  [
    'no word of replicas, which means one',
    {},
    [{ op: 'remove', path: '/spec/replicas' }],
    'replicas 1 is outside 2..5',
  ],
  [
    'the deadline of its rollouts',
    {},
    [{ op: 'replace', path: '/spec/progressDeadlineSeconds', value: 1 }],
    'replicas and pod template alone',
  ],
  [
    'the image of an init container',
    {},
    [{ op: 'replace', path: '/spec/template/spec/initContainers/0/image', value: 'registry.example/evil:1' }],
    'does not grant rollback',
  ],
  [
    'resources of an init container, which are inside',
    {},
    [{ op: 'add', path: '/spec/template/spec/initContainers/0/resources', value: { requests: { cpu: '300m' } } }],
    'does not grant rollback',
  ],
  [
    'a volume mounted',
    {},
    [{ op: 'add', path: `${CONTAINER}/volumeMounts`, value: [{ name: 'tmp', mountPath: '/etc' }] }],
    'does not grant rollback',
  ],
  [
    'a privileged container',
    {},
    [{ op: 'add', path: `${CONTAINER}/securityContext`, value: { privileged: true } }],
    TWICE,
  ],
  [
    'its ports',
    {},
    [{ op: 'add', path: `${CONTAINER}/ports`, value: [{ containerPort: 80 }] }],
    'does not grant rollback',
  ],
  [
    'its probes',
    {},
    [{ op: 'add', path: `${CONTAINER}/livenessProbe`, value: { exec: { command: ['id'] } } }],
    'does not grant rollback',
  ],
  [
    'another name for a container',
    {},
    [{ op: 'replace', path: '/spec/template/spec/containers/1/name', value: 'other' }],
    'does not grant rollback',
  ],
  [
    'resources of the second container outside',
    {},
    [{ op: 'add', path: '/spec/template/spec/containers/1/resources', value: { limits: { cpu: '2' } } }],
    'outside the bounds',
  ],
  [
    'a claim of a device',
    {},
    [
      { op: 'add', path: '/spec/template/spec/resourceClaims', value: [{ name: 'gpu', resourceClaimName: 'gpu' }] },
      { op: 'add', path: `${CONTAINER}/resources/claims`, value: [{ name: 'gpu' }] },
    ],
    'does not grant rollback',
  ],
  [
    'another account where rollback is granted',
    { allowed: ROLLBACK },
    [{ op: 'add', path: '/spec/template/spec/serviceAccountName', value: 'admin' }],
    'no rollback gives pods another account',
  ],
  [
    'the host’s network where rollback is granted',
    { allowed: ROLLBACK },
    [{ op: 'add', path: '/spec/template/spec/hostNetwork', value: true }],
    'no rollback gives pods another account',
  ],
  [
    'the host’s processes where rollback is granted',
    { allowed: ROLLBACK },
    [{ op: 'add', path: '/spec/template/spec/hostPID', value: true }],
    'no rollback gives pods another account',
  ],
  [
    'a folder of the host where rollback is granted',
    { allowed: ROLLBACK },
    [{ op: 'add', path: '/spec/template/spec/volumes/-', value: { name: 'x', hostPath: { path: '/' } } }],
    'no rollback gives pods another account',
  ],
  [
    'a privileged container where rollback is granted',
    { allowed: ROLLBACK },
    [{ op: 'add', path: `${CONTAINER}/securityContext`, value: { privileged: true } }],
    'no rollback gives pods another account',
  ],
  [
    'a privileged init container where rollback is granted',
    { allowed: ROLLBACK },
    [{ op: 'add', path: '/spec/template/spec/initContainers/0/securityContext', value: { privileged: true } }],
    'no rollback gives pods another account',
  ],
  [
    'another volume, command and container where rollback is granted',
    { allowed: ROLLBACK },
    [
      { op: 'add', path: '/spec/template/spec/volumes/-', value: { name: 'y', emptyDir: {} } },
      { op: 'add', path: `${CONTAINER}/command`, value: ['app'] },
      { op: 'remove', path: '/spec/template/spec/containers/1' },
    ],
    'done',
  ],
];
