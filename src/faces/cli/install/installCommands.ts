import { type Command, Option } from 'commander';
import type { Act } from '../options.ts';

const own = ['--namespace <name>', "Fairlead's own namespace", 'agent-system'] as const;

/** What brings Fairlead into a cluster and out again; both print for kubectl and change nothing. */
export function installCommands(program: Command, act: Act): void {
  program
    .command('install')
    .description('print what a cluster needs, for kubectl apply -f -; what it grants is said on stderr')
    .option('--crds', 'only the custom resource definitions')
    .option('--rights', 'only accounts of the roles, their RBAC, and the admission policies that hold them to it')
    .option('--keys', 'only a new signing key for the gateway, its public half for the executor, the Secret of users')
    .addOption(
      new Option(
        '--overlay <which>',
        'observe-only: nothing is ever changed; autonomous: each blueprint says what may be',
      )
        .choices(['observe-only', 'autonomous'])
        .default('observe-only'),
    )
    .option('--only-namespace <name>', 'govern this namespace alone, with Roles there in place of ClusterRoles')
    .option(...own)
    .option('--image <reference>', 'container image (default: ghcr.io/fairlead/fairlead of this version)')
    .option('--model-url <url>', 'OpenAI-compatible endpoint, with /v1, for the controller alone (none: rules alone)')
    .option('--model <name>', 'model name')
    .option('--prometheus-url <url>', 'a Prometheus beside the metrics APIs')
    .option('--public-url <url>', 'how people reach the gateway (none: through kubectl port-forward alone)')
    .option('--tls', 'the gateway has a certificate, in the Secret fairlead-gateway-tls (else a proxy before it has)')
    .option('--alerts', 'executor and gateway may reach what the Secret fairlead-alerts names')
    .option('--redis', 'the gateway may reach the Redis that the Secret fairlead-redis names')
    .option('--storage-class <name>', "of the volumes for journals (default: the cluster's)")
    .option('--api-server-cidr <cidr...>', 'where the API server is, for the NetworkPolicies (default: private ranges)')
    .action(act(async () => (await import('./install.ts')).install))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead install --crds --keys | kubectl apply -f -     # once\n  fairlead install | kubectl apply -f -\n  fairlead install --only-namespace shop --model-url http://ollama.models.svc:11434/v1 --model qwen2.5',
    );

  program
    .command('uninstall')
    .description('print what to delete, for kubectl delete --ignore-not-found -f -')
    .option(...own)
    .option('--only-namespace <name>', 'as it was installed')
    .option('--keep-records', 'leave the definitions with all records, the keys, and the volumes with the journals')
    .action(act(async () => (await import('./install.ts')).uninstall))
    .addHelpText('after', '\nExamples:\n  fairlead uninstall | kubectl delete --ignore-not-found -f -');
}
