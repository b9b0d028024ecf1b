import { KINDS, type KubeObject } from '../schema/kube.ts';
import { RESTARTED_AT } from '../schema/patch.ts';
import { setsOf } from './deployments.ts';
import { deploymentSpec, isTrue } from './shapes.ts';
import type { World } from './world.ts';

export interface SceneOptions {
  readonly replicas: number;
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
  readonly templateAnnotations?: Readonly<Record<string, string>>;
}

/** For tests: puts the Deployment `shop/web` into a world, with short ways to look at it and change it. */
export function scene(world: World, options: SceneOptions) {
  const resources = { requests: options.requests ?? { cpu: '500m' }, limits: options.limits ?? {} };
  const spec = {
    replicas: options.replicas,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' }, annotations: { ...options.templateAnnotations } },
      spec: { containers: [{ name: 'app', image: 'registry.example/web:1', resources }] },
    },
  };
  world.apply(
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec },
    'helm',
  );
  const deployment = (): KubeObject => {
    const found = world.get(KINDS.Deployment, 'shop', 'web');
    if (found === undefined) throw new Error('shop/web is gone');
    return found;
  };
  const pods = (): KubeObject[] => {
    world.settle();
    return world.objects.list(KINDS.Pod, 'shop');
  };
  const changeTemplate = (change: (template: ReturnType<typeof deploymentSpec>['template']) => void): void => {
    world.edit(KINDS.Deployment, 'shop', 'web', (draft) => change(deploymentSpec(draft).template));
  };
  return {
    world,
    deployment,
    pods,
    ready: () => pods().filter((pod) => isTrue(pod, 'Ready')).length,
    sets: () => setsOf(world.objects, deployment()),
    setImage: (image: string) =>
      changeTemplate((template) => {
        for (const container of template.spec.containers) container.image = image;
      }),
    restart: (at: string) =>
      changeTemplate((template) => {
        template.metadata.annotations = { ...template.metadata.annotations, [RESTARTED_AT]: at };
      }),
  };
}
