import { type Command, InvalidArgumentError, Option } from 'commander';
import { CHANGE_NAMES } from '../../tools/changeNames.ts';
import type { Io } from './io.ts';

export type Action = (io: Io, ...rest: never[]) => Promise<number>;
/** Makes a command's action of the function that its module loads on use. */
export type Act = (load: () => Promise<Action>) => (...args: unknown[]) => Promise<void>;

export const output = (): Option =>
  new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'yaml']).default('table');

export function cluster(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig to use (default: $KUBECONFIG, ~/.kube/config, or the pod)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--namespace <name>', "Fairlead's own namespace", 'agent-system');
}

export const asking = (command: Command): Command => cluster(command).addOption(output());

export function role(command: Command): Command {
  return cluster(command)
    .option('--data <dir>', 'where journals stand (default: $XDG_STATE_HOME/fairlead)')
    .option('--journal-size <size>', 'a journal file of this size is sealed, and the next begun', '16Mi')
    .option(
      '--journal-keep <what>',
      'how long sealed files are kept: an age, a number of files, both (90d,40), all',
      '90d,40',
    )
    .option('--interval <duration>', 'pause between passes', '15s');
}

export const ops = (command: Command, usual: string): Command =>
  command
    .option('--ops-port <number>', `port of /metrics, /livez, /readyz and /startupz; 0: none (default: ${usual})`)
    .option('--ops-host <address>', 'address of that port; no secret and no action stands there (default: all)');

/** Of a role by itself: `up` governs what its folder names. */
export const scoped = (command: Command): Command =>
  command.option(
    '--only-namespace <name>',
    'govern this namespace alone, and read no other (default: all)',
    aNamespace,
  );

/** Nothing at all is no namespace: what was to be one must not become all of them. */
function aNamespace(name: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return name;
  throw new InvalidArgumentError('a namespace is named in lower case letters, digits and hyphens.');
}

export function modelFlags(command: Command): Command {
  return command
    .option(
      '--model-url <url>',
      'OpenAI-compatible endpoint, with /v1 (default: $FAIRLEAD_MODEL_URL; none: rules alone)',
    )
    .option('--model <name>', 'model name (default: $FAIRLEAD_MODEL)');
}

export function standing(command: Command): Command {
  return command
    .option('--port <number>', 'port of the gateway (default: 8484)')
    .option('--host <address>', 'address to listen on; wider than this machine only with TLS (default: 127.0.0.1)')
    .option('--tls-cert <file>', 'certificate chain, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--behind-proxy', 'a proxy with TLS stands before the port, and only it reaches it')
    .option('--public-url <url>', 'how people reach the gateway, such as https://fairlead.example.com');
}

export const tracing = (command: Command): Command =>
  command.option('--trace-model <dir>', 'write every exchange with a model there, redacted, for its owner to read');

/** Of those that ask about a change and those that ask for one: the same words for both. */
export const changeFlags = (command: Command): Command =>
  command
    .addHelpText('after', `\nOperations: ${CHANGE_NAMES.join(', ')}`)
    .option('--replicas <n>', 'for scale')
    .option('--revision <n>', 'for rollback; without it the newest earlier healthy version')
    .option('--cpu-request <quantity>', 'for adjust_resources')
    .option('--cpu-limit <quantity>', 'for adjust_resources')
    .option('--memory-request <quantity>', 'for adjust_resources')
    .option('--memory-limit <quantity>', 'for adjust_resources');
