import { stringify } from 'yaml';
import { newSigningKey, publicKeyOf } from '../../../approvals/keys.ts';
import { accountObjects } from '../../../install/accounts.ts';
import { admissionObjects } from '../../../install/admission.ts';
import { grantWords } from '../../../install/grants.ts';
import { keyObjects } from '../../../install/keyObjects.ts';
import { ours } from '../../../install/labels.ts';
import { installObjects } from '../../../install/parts.ts';
import { removalOf } from '../../../install/removal.ts';
import { type Choices, IMAGE } from '../../../install/settings.ts';
import { namespaceObject } from '../../../install/surroundings.ts';
import { err, ok, type Result } from '../../../kernel/result.ts';
import { crds } from '../../../schema/crds.ts';
import { EXIT, type Io } from '../io.ts';
import { VERSION } from '../version.ts';

interface InstallFlags {
  readonly crds?: boolean;
  readonly rights?: boolean;
  readonly keys?: boolean;
  readonly namespace: string;
  readonly overlay: 'observe-only' | 'autonomous';
  readonly onlyNamespace?: string;
  readonly image?: string;
  readonly modelUrl?: string;
  readonly model?: string;
  readonly prometheusUrl?: string;
  readonly publicUrl?: string;
  readonly tls?: boolean;
  readonly alerts?: boolean;
  readonly redis?: boolean;
  readonly storageClass?: string;
  readonly apiServerCidr?: readonly string[];
}

/** Prints, and changes nothing: what is to be in a cluster is read by people first. */
export async function install(io: Io, flags: InstallFlags): Promise<number> {
  const choices = choicesOf(flags);
  if (!choices.ok) {
    io.err(`fairlead: ${choices.error}\n`);
    return EXIT.usage;
  }
  const { crds: kinds = false, rights = false, keys = false, namespace, onlyNamespace } = flags;
  const isPart = kinds || rights || keys;
  const objects: readonly object[] = [
    ...(kinds ? crds() : []),
    ...(rights ? [...accountObjects(namespace, onlyNamespace), ...admissionObjects(namespace)] : []),
    ...(keys ? [ours(namespaceObject(namespace)), ...newKeys(namespace)] : []),
    ...(isPart ? [] : installObjects(choices.value)),
  ];
  if (rights || !isPart) io.err(`${grantWords(namespace, onlyNamespace).join('\n')}\n`);
  if (!isPart) {
    io.err(
      `${flags.overlay}: ${AUTONOMY_WORDS[flags.overlay]}\nbefore it, once: fairlead install --crds --keys --namespace ${namespace} | kubectl apply -f -\n`,
    );
  }
  if (keys) {
    io.err('a new key each time: apply it once, and keep it out of files and repositories\n');
  }
  io.out(yamlOf(objects));
  return EXIT.ok;
}

interface UninstallFlags {
  readonly namespace: string;
  readonly onlyNamespace?: string;
  readonly keepRecords?: boolean;
}

/** Prints what to delete, however it was installed. */
export async function uninstall(io: Io, flags: UninstallFlags): Promise<number> {
  const { namespace, onlyNamespace, keepRecords = false } = flags;
  const wrong = badName('--namespace', namespace) ?? badName('--only-namespace', onlyNamespace);
  if (wrong !== undefined) {
    io.err(`fairlead: ${wrong}\n`);
    return EXIT.usage;
  }
  io.err(
    keepRecords
      ? `stays: the definitions with all Blueprints, Decisions, ApprovalRequests and CircuitBreakers; in ${namespace} the keys and the volumes with the journals\n`
      : `goes with it: every Blueprint, Decision, ApprovalRequest and CircuitBreaker of the cluster, the namespace ${namespace}, the keys, and the volumes with the journals (fairlead audit export saves them; --keep-records leaves all that)\n`,
  );
  io.err(
    'stays: on Deployments our label and annotation, and the versions of blueprints: kubectl delete controllerrevisions -A -l fairlead.dev/blueprint\n',
  );
  io.out(yamlOf(removalOf({ namespace, keepRecords, ...(onlyNamespace !== undefined && { onlyNamespace }) })));
  return EXIT.ok;
}

const AUTONOMY_WORDS = {
  'observe-only': 'nothing is ever changed, whatever blueprints say (ClusterBlueprint default, autonomy: observe)',
  autonomous: 'each blueprint says what may be changed (ClusterBlueprint default, autonomy: autonomous)',
} as const;

const yamlOf = (objects: readonly object[]): string =>
  objects.map((object) => stringify(object, { compat: 'yaml-1.1', aliasDuplicateObjects: false })).join('---\n');

function choicesOf(flags: InstallFlags): Result<Choices, string> {
  const { namespace, overlay, image, onlyNamespace, modelUrl, model, prometheusUrl, publicUrl, tls } = flags;
  const { alerts, redis, storageClass, apiServerCidr } = flags;
  const wrong =
    badName('--namespace', namespace) ??
    badName('--only-namespace', onlyNamespace) ??
    badAddress('--model-url', modelUrl) ??
    badAddress('--prometheus-url', prometheusUrl) ??
    badPublicUrl(publicUrl) ??
    apiServerCidr?.flatMap((cidr) => badCidr(cidr) ?? [])[0];
  if (wrong !== undefined) return err(wrong);
  if (tls && publicUrl === undefined) return err('--tls: --public-url says which name the certificate is for');
  if (model !== undefined && modelUrl === undefined)
    return err('--model names a model and no endpoint: give --model-url');
  return ok({
    namespace,
    image: image ?? `${IMAGE}:${VERSION}`,
    autonomy: overlay === 'autonomous' ? 'autonomous' : 'observe',
    ...(onlyNamespace !== undefined && { onlyNamespace }),
    ...(modelUrl !== undefined && { modelUrl }),
    ...(model !== undefined && { model }),
    ...(prometheusUrl !== undefined && { prometheusUrl }),
    ...(publicUrl !== undefined && { publicUrl }),
    ...(tls !== undefined && { tls }),
    ...(alerts !== undefined && { alerts }),
    ...(redis !== undefined && { redis }),
    ...(storageClass !== undefined && { storageClass }),
    ...(apiServerCidr !== undefined && { apiServerCidrs: apiServerCidr }),
  });
}

const badName = (flag: string, name: string | undefined): string | undefined =>
  name === undefined || /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
    ? undefined
    : `${flag} ${name}: a namespace is named in lower case letters, digits and hyphens`;

const badAddress = (flag: string, url: string | undefined): string | undefined =>
  url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))
    ? undefined
    : `${flag} ${url}: write a whole http or https address`;

const badPublicUrl = (url: string | undefined): string | undefined =>
  url === undefined || /^https:\/\/[^/\s]+$/.test(url)
    ? undefined
    : `--public-url ${url}: write https and a host, such as https://fairlead.example.com`;

const badCidr = (cidr: string): string | undefined =>
  /^[0-9a-fA-F.:]+\/[0-9]{1,3}$/.test(cidr)
    ? undefined
    : `--api-server-cidr ${cidr}: write a range, such as 10.0.0.0/8`;

function newKeys(namespace: string): readonly object[] {
  const privatePem = newSigningKey();
  return keyObjects(namespace, { privatePem, publicPem: publicKeyOf(privatePem) }).map(ours);
}
