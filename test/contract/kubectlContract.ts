import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentObject } from '../../src/testing/contractObjects.ts';

/** An API server that a person points kubectl at. */
export interface KubectlTarget {
  kubectl(args: readonly string[], options?: { readonly input?: string }): Promise<string>;
  /** Gives a Deployment's pods something to measure. */
  load(namespace: string, name: string): Promise<void>;
  stop(): Promise<void>;
}

const WEB = deploymentObject('story', 'web', { replicas: 2 });
const BLUEPRINT = {
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'Blueprint',
  metadata: { name: 'web', namespace: 'story' },
  spec: {
    version: '1.0.0',
    scaling: { min_replicas: 2, max_replicas: 5 },
    governance: { agent_authority: { allowed_operations: ['scale_within_limits'] } },
  },
};
const CONFIG = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'story' },
  data: { color: 'blue', size: 'small' },
};

const withScaling = (scaling: object) => ({
  ...BLUEPRINT,
  spec: { ...BLUEPRINT.spec, scaling: { ...BLUEPRINT.spec.scaling, ...scaling } },
});

/**
 * What a person sees who works with kubectl: the same commands, with the same answers, on the embedded cluster and on a real
 * API server. The steps of a story stand in order, each upon the ones before.
 */
export function kubectlContract(name: string, open: () => Promise<KubectlTarget>): void {
  describe(`kubectl on ${name}`, () => {
    let target: KubectlTarget;
    beforeAll(async () => {
      target = await open();
      await target.kubectl(['create', 'namespace', 'story']);
    });
    afterAll(async () => {
      await target?.stop();
    });

    /** What it prints, with columns one space apart; a refusal is what it says. */
    const say = async (command: string, input?: unknown): Promise<string> => {
      const options = input === undefined ? {} : { input: typeof input === 'string' ? input : JSON.stringify(input) };
      const text = await target
        .kubectl([...command.split(' '), '-n', 'story'], options)
        .catch(
          (error: { stdout?: string; stderr?: string }) => `${error.stdout ?? ''}${error.stderr ?? String(error)}`,
        );
      return text
        .replaceAll(/[^\S\n]+/g, ' ')
        .replaceAll(/ $/gm, '')
        .trim();
    };

    it.each<[string, string | RegExp, unknown?]>([
      ['create -f -', 'deployment.apps/web created', WEB],
      ['create -f -', /AlreadyExists.*"web" already exists/, WEB],
      ['rollout status deployment/web --timeout=60s', /deployment "web" successfully rolled out$/],
      ['wait deployment/web --for=condition=Available --timeout=30s', 'deployment.apps/web condition met'],
      ['get deployments', /^NAME READY UP-TO-DATE AVAILABLE AGE\nweb 2\/2 2 2 \d+s$/],
      ['get rs', /^NAME DESIRED CURRENT READY AGE\nweb-\w+ 2 2 2 \d+s$/],
      ['get pods', /^NAME READY STATUS RESTARTS AGE(?:\nweb-\w+-\w+ 1\/1 Running 0 \d+s){2}$/],
      ['get pods -o wide', /^NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES\nweb-/],
      ['get pods -l app=other', ''],
      ['get pods --field-selector=status.phase=Running -o name', /^(?:pod\/web-\w+-\w+\n?){2}$/],
      ['get deployment none', 'Error from server (NotFound): deployments.apps "none" not found'],
      ['get deployment web -o jsonpath={.spec.strategy.type}', 'RollingUpdate'],
      [
        'describe deployment web',
        /Replicas: 2 desired \| 2 updated \| 2 total \| 2 available[\s\S]*Scaled up replica set/,
      ],
      ['describe pods', /Controlled By: ReplicaSet\/web-[\s\S]*Ready: True/],
      ['get events', /^LAST SEEN TYPE REASON OBJECT MESSAGE\n[\s\S]*Normal ScalingReplicaSet deployment\/web/],
      ['events --for deployment/web', /ScalingReplicaSet Deployment\/web Scaled up replica set/],
    ])('creates a Deployment and looks at it: %s', async (command, expected, input) => {
      const said = await say(command, input);
      if (typeof expected === 'string') expect(said).toBe(expected);
      else expect(said).toMatch(expected);
    });

    it.each<[string, string | RegExp, unknown?]>([
      ['scale deployment web --replicas=3', 'deployment.apps/web scaled'],
      ['scale deployment web --replicas=4 --current-replicas=9', /Expected replicas to be 9, was 3/],
      ['get deployment web -o jsonpath={.spec.replicas}', '3'],
      ['label deployment web team=a', 'deployment.apps/web labeled'],
      ['label deployment web team=b', /--overwrite is false/],
      ['annotate deployment web note=one', 'deployment.apps/web annotated'],
      ['get deployments -l team=a -o name', 'deployment.apps/web'],
      [
        'patch deployment web --type=merge -p {"spec":{"minReadySeconds":0,"replicas":2}}',
        'deployment.apps/web patched',
      ],
      [
        'patch deployment web -p {"spec":{"template":{"spec":{"containers":[{"name":"app","image":"registry.example/app:2"}]}}}}',
        'deployment.apps/web patched',
      ],
      ['get deployment web -o jsonpath={.spec.template.spec.containers[0].resources.requests.cpu}', '100m'],
      [
        'patch deployment web --type=json -p [{"op":"test","path":"/spec/replicas","value":9}]',
        /the server rejected our request due to an error in our request/,
      ],
      ['patch deployment web --type=merge -p {"spec":{"replicas":-1}}', /"web" is invalid: spec\.replicas/],
      ['patch deployment web --type=merge -p {"metadata":{"resourceVersion":"1"}}', /the object has been modified/],
      ['set image deployment/web app=registry.example/app:3 --dry-run=server', /image updated \(server dry run\)/],
      ['get deployment web -o jsonpath={.spec.template.spec.containers[0].image}', 'registry.example/app:2'],
      ['rollout history deployment/web', /REVISION CHANGE-CAUSE\n1 <none>\n2 <none>/],
      ['rollout undo deployment/web', /deployment.apps\/web rolled back/],
      ['rollout restart deployment/web', 'deployment.apps/web restarted'],
      ['rollout status deployment/web --timeout=60s', /deployment "web" successfully rolled out$/],
      ['get deployment web -o jsonpath={.spec.template.spec.containers[0].image}', 'registry.example/app:1'],
    ])('changes it: %s', async (command, expected, input) => {
      const said = await say(command, input);
      if (typeof expected === 'string') expect(said).toBe(expected);
      else expect(said).toMatch(expected);
    });

    it.each<[string, string | RegExp, unknown?]>([
      ['apply -f -', 'configmap/settings created', CONFIG],
      ['apply -f -', 'configmap/settings unchanged', CONFIG],
      ['apply -f -', 'configmap/settings configured', { ...CONFIG, data: { color: 'red' } }],
      ['get configmap settings -o jsonpath={.data}', '{"color":"red"}'],
      ['apply -f -', 'blueprint.fairlead.dev/web created', BLUEPRINT],
      ['get blueprints', /^NAME VERSION AUTONOMY MIN MAX ACCEPTED AGE\nweb 1\.0\.0 2 5 \d+s$/],
      ['apply -f -', /unknown field "spec\.scaling\.surprise"/, withScaling({ surprise: 1 })],
      ['apply -f -', /"web" is invalid: spec\.scaling.*max_replicas/, withScaling({ max_replicas: 1 })],
      [
        'apply --server-side --field-manager=a --force-conflicts -f -',
        /serverside-applied/,
        withScaling({ max_replicas: 6 }),
      ],
      [
        'patch blueprint web --type=merge -p {"spec":{"scaling":{"max_replicas":7}}}',
        'blueprint.fairlead.dev/web patched',
      ],
      [
        'apply --server-side --field-manager=a -f -',
        /Apply failed with 1 conflict: conflict with "kubectl-patch".*: \.spec\.scaling\.max_replicas/,
        withScaling({ max_replicas: 8 }),
      ],
      ['get blueprint web -o jsonpath={.spec.scaling.max_replicas}', '7'],
      [
        'patch blueprint web -p {"spec":{}}',
        /^error: application\/strategic-merge-patch\+json is not supported by fairlead\.dev/,
      ],
      ['explain blueprint.spec.scaling.max_replicas', /FIELD: max_replicas <integer>[\s\S]*Never more, unless/],
      ['explain deployment.spec.replicas', /KIND: Deployment[\s\S]*FIELD: replicas <integer>/],
      ['wait crd/blueprints.fairlead.dev --for=condition=Established --timeout=5s', /condition met/],
      ['delete blueprint web', 'blueprint.fairlead.dev "web" deleted from story namespace'],
    ])('applies, and explains: %s', async (command, expected, input) => {
      const said = await say(command, input);
      if (typeof expected === 'string') expect(said).toBe(expected);
      else expect(said).toMatch(expected);
    });

    it.each<[string, string | RegExp]>([
      ['create deployment api --image=registry.example/api:1 --replicas=2 --port=80', 'deployment.apps/api created'],
      ['create configmap made --from-literal=a=b', 'configmap/made created'],
      ['create quota most --hard=pods=40,requests.cpu=20', 'resourcequota/most created'],
      ['create poddisruptionbudget api --selector=app=api --min-available=1', 'poddisruptionbudget.policy/api created'],
      ['create service clusterip api --tcp=80:8080', 'service/api created'],
      ['autoscale deployment api --min=2 --max=5 --cpu=70%', 'horizontalpodautoscaler.autoscaling/api autoscaled'],
      ['expose deployment web --port=80', 'service/web exposed'],
      [
        'get deployment api -o jsonpath={.spec.replicas}:{.spec.template.spec.containers[0].ports[0].containerPort}',
        '2:80',
      ],
      ['get service api -o jsonpath={.spec.ports[0].targetPort}', '8080'],
      ['get configmaps made', /^NAME DATA AGE\nmade 1 \d+s$/],
      ['get services api', /^NAME TYPE CLUSTER-IP EXTERNAL-IP PORT\(S\) AGE\napi ClusterIP \S+ <none> 80\/TCP \d+s$/],
      ['get quota', /^NAME REQUEST LIMIT AGE\nmost pods: \d+\/40, requests.cpu: \S+\/20 \d+s$/],
      ['get pdb', /^NAME MIN AVAILABLE MAX UNAVAILABLE ALLOWED DISRUPTIONS AGE\napi 1 N\/A \d \d+s$/],
      [
        'get hpa',
        /^NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE\napi Deployment\/api cpu: \S+\/70% 2 5 \d \d+s$/,
      ],
      ['get namespaces story', /^NAME STATUS AGE\nstory Active \d+s$/],
      ['get nodes', /^NAME STATUS ROLES AGE VERSION\n\S+ Ready \S+ \d+[ms]\d*s? v1\.37\.2$/],
      [
        'get crd blueprints.fairlead.dev',
        /^NAME SCOPE VERSIONS CREATED AT\nblueprints.fairlead.dev Namespaced v1alpha1\(storage\) \S+Z$/,
      ],
      ['describe quota most', /Name: most[\s\S]*Resource Used Hard[\s\S]*pods \d+ 40/],
      ['describe node', /Allocated resources/],
      ['get leases', ''],
      ['delete deployment api --cascade=foreground', 'deployment.apps "api" deleted from story namespace'],
      ['wait pods -l app=api --for=delete --timeout=40s', /^$|condition met|no matching resources found/],
      ['get all -l app=api', /^NAME TYPE[\s\S]*service\/api/],
      ['get surprises', `error: the server doesn't have a resource type "surprises"`],
    ])('makes the rest: %s', async (command, expected) => {
      const said = await say(command);
      if (typeof expected === 'string') expect(said).toBe(expected);
      else expect(said).toMatch(expected);
    });

    it('follows changes with --watch', async () => {
      const watched = say('get configmaps --watch -o name --request-timeout=6s');
      await say('create configmap seen --from-literal=a=b');
      expect(await watched).toContain('configmap/seen');
    });

    it('shows use with kubectl top', async () => {
      await target.load('story', 'web');
      await expect
        .poll(() => say('top pods -l app=web'), { timeout: 90_000, interval: 2_000 })
        .toMatch(/^NAME CPU\(cores\) MEMORY\(bytes\)(?:\nweb-\w+-\w+ [1-9]\d*m [1-9]\d*Mi){2}$/);
      expect(await say('top nodes')).toMatch(
        /^NAME CPU\(cores\) CPU\(%\) MEMORY\(bytes\) MEMORY\(%\)\n\S+ [1-9]\d*m \d+%/,
      );
    });
  });
}
