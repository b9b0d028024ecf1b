import { Command, CommanderError, Option } from 'commander';
import { auditCommands } from './audit/auditCommands.ts';
import { chatCommands } from './chat/chatCommands.ts';
import { installCommands } from './install/installCommands.ts';
import { EXIT, type Io } from './io.ts';
import { type Act, asking, changeFlags, cluster, modelFlags, output, tracing } from './options.ts';
import { peopleCommands } from './people/peopleCommands.ts';
import { roleCommands } from './roles/roleCommands.ts';
import { statusHelp } from './statusColumns.ts';
import { VERSION } from './version.ts';

/** Parses and runs one command. Answers with the exit code; usage errors are 2. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.ok;
  /** Loads the command's module on use; the last argument commander passes is the command itself. */
  const act: Act =
    (load) =>
    async (...args) => {
      const action = await load();
      code = await action(io, ...(args.slice(0, -1) as never[]));
    };
  try {
    await cliProgram(io, act).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    io.err(`fairlead: ${error instanceof Error ? error.message : String(error)}\n`);
    return EXIT.failed;
  }
  return code;
}

/**
 * Every command with its arguments and options. A command's module is loaded when it is called, so that `--help` costs no
 * more than the parser, and so does whoever only wants to know what there is.
 */
export function cliProgram(io: Pick<Io, 'out' | 'err'>, act: Act): Command {
  const program = new Command('fairlead')
    .description(
      'Lets AI agents operate Kubernetes services, inside limits that a human wrote down and anyone can check.',
    )
    .version(VERSION, '-V, --version')
    // What stands behind a subcommand is its own, also where the command before it has options of the same names.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (t) => io.out(t), writeErr: (t) => io.err(t) })
    .showHelpAfterError('(add --help for the usage and examples)');

  tracing(program.command('demo'))
    .description('a web shop on an embedded cluster: play the main scenarios and tell them live')
    .option('--no-input', 'no pauses; exit 0 only if every scenario ended as specified')
    .option('--scenario <numbers>', 'only these, such as 1,3')
    .option('--speed <times>', 'times real time (default: 30; with --no-input or in a pipe as fast as it goes)')
    .option('--seed <number>', 'another cluster: pod names, ids, jitter (default: 1)')
    .option('--model <url>', 'OpenAI-compatible endpoint, with /v1, that proposes in place of the rules')
    .option('--keep', 'let kubectl in, and leave the shop open at the end')
    .option('-v, --verbose', 'tell every note of the gate and all evidence')
    .option('--yes', 'install what is missing without asking')
    .action(act(async () => (await import('./demo.ts')).demo))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead demo\n  fairlead demo --no-input --scenario 1,3\n  fairlead demo --keep --model http://127.0.0.1:11434/v1',
    );

  program
    .command('cluster')
    .description('the embedded cluster alone, with a small web shop under load, for kubectl and for fairlead up')
    .option('--port <number>', 'port on 127.0.0.1 (default: a free one)')
    .option('--seed <number>', 'another cluster: pod names, ids (default: 1)')
    .action(act(async () => (await import('./cluster.ts')).cluster))
    .addHelpText('after', '\nExamples:\n  fairlead cluster');

  program
    .command('scenario')
    .description('scenario files: the whole product on an embedded cluster in virtual time')
    .command('run <paths...>')
    .description('play files and folders; per scenario passed, failed with what was seen, or unsupported')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'junit']).default('table'))
    .option('--model <which>', 'rules (default), none, scripted, or the URL of an endpoint')
    .option('--repeat <n>', 'play each so often')
    .option('--seed <n>', 'of the embedded cluster')
    .option('--jobs <n>', 'so many at once')
    .option(
      '--rules',
      'per rule of the gate: where it fires, and the nearest scenario where it does not; 1 if one is missing',
    )
    .action(act(async () => (await import('./scenarios/scenario.ts')).scenarioRun))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead scenario run test/scenarios\n  fairlead scenario run --rules test/scenarios\n  fairlead scenario run -o junit test/scenarios > report.xml',
    );

  modelFlags(program.command('eval [paths...]'))
    .description('play scenarios with a model and under the rules alone: what the model is worth, per role and in all')
    .option('--times <n>', 'play each so often, each time from the next seed', '1')
    .option('--for <duration>', 'how long the model may take in all; what is left is counted as not run', '20m')
    .option(
      '--answer-within <duration>',
      'how long one answer may take: on a slow machine more than in a cluster',
      '2m',
    )
    .option('--role <role>', 'give the model to this role alone')
    .option('--seed <n>', 'of the embedded cluster', '1')
    .option('--page <file>', 'write the report there as well, as Markdown')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table'))
    .action(act(async () => (await import('./scenarios/eval.ts')).evalModel))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead eval --model-url http://127.0.0.1:11434/v1 --model qwen3\n  fairlead eval test/scenarios --times 3 --for 2h --page report.md',
    );

  modelFlags(program.command('validate <paths...>'))
    .description('check blueprint files and folders; one line per fault, with the fix')
    .addOption(output())
    .option('-v, --verbose', 'also show the defaults in force, and what costs something')
    .option('--global <file>', 'the global rules to hold them against')
    .option('--explain', 'have the faults explained, with a draft that mends them where a model is configured')
    .action(act(async () => (await import('./blueprints/blueprints.ts')).validate))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead validate blueprints/\n  fairlead validate -v blueprints/frontend/blueprint.yaml\n  fairlead validate --explain blueprint.yaml --model-url http://127.0.0.1:11434/v1',
    );

  program
    .command('convert <file>')
    .description('turn a blueprint from its file form into its Kubernetes form, or back')
    .option('--namespace <name>', 'namespace for the Kubernetes form')
    .action(act(async () => (await import('./blueprints/blueprints.ts')).convert))
    .addHelpText('after', '\nExamples:\n  fairlead convert blueprints/frontend/blueprint.yaml | kubectl apply -f -');

  asking(program.command('apply'))
    .description('validate a blueprint in either form and apply its custom resource; 1 where the cluster refuses it')
    .requiredOption('-f, --filename <paths...>', 'files or folders')
    .option('--manage', 'say without being asked that Fairlead may change the Deployments: sets their label')
    .option('--within <duration>', 'how long to wait for the executor to accept or refuse them; 0s: not at all', '15s')
    .action(act(async () => (await import('./blueprints/apply.ts')).apply))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead apply -f blueprints/frontend/blueprint.yaml\n  fairlead apply -f my-blueprints --manage',
    );

  cluster(program.command('init [deployment]'))
    .description('draft a blueprint in observe: from a running Deployment, or from a manifest without a cluster')
    .option('-f, --filename <file>', 'a manifest with the Deployment, - for what is piped in; no cluster is asked')
    .action(act(async () => (await import('./blueprints/init.ts')).init))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead init shop/web > web.yaml\n  fairlead init -f deployment.yaml > web.yaml\n  helm template my-chart | fairlead init shop/web -f - > web.yaml',
    );

  installCommands(program, act);
  roleCommands(program, act);
  peopleCommands(program, act);
  chatCommands(program, act);

  for (const [verb, what] of [
    ['pause', 'no new changes (undo still works)'],
    ['stop', 'nothing at all, not even undo'],
  ] as const) {
    const command = asking(program.command(`${verb} [scope]`))
      .description(`${what}, for a service (ns/name), a namespace (ns/) or, with --all, the cluster`)
      .option('--all', 'the whole cluster')
      .requiredOption('--reason <text>', 'why, for those who find it');
    if (verb === 'pause') {
      command.addOption(
        new Option('--only <what>', 'pause only these changes').choices(['all', 'downs', 'ups']).default('all'),
      );
    }
    command
      .action(act(async () => (await import('./hold.ts'))[verb]))
      .addHelpText(
        'after',
        `\nExamples:\n  fairlead ${verb} shop/web --reason "load test"\n  fairlead ${verb} --all --reason incident`,
      );
  }
  asking(program.command('resume [scope]'))
    .description(
      'lift pause and stop from a service, a namespace or, with --all, the cluster; of a service its freeze too',
    )
    .option('--all', 'the whole cluster')
    .action(act(async () => (await import('./hold.ts')).resume))
    .addHelpText('after', '\nExamples:\n  fairlead resume shop/web');

  const breakers = asking(program.command('breakers').enablePositionalOptions())
    .description("every service's circuit breaker, and what the fleet shares")
    .action(act(async () => (await import('./breakers.ts')).breakers))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead breakers\n  fairlead breakers hold shop/web --reason "vendor is at it"\n  fairlead breakers release shop/web',
    );
  asking(breakers.command('hold <service>'))
    .description('hold a breaker open: no change until it is released, undo still works')
    .requiredOption('--reason <text>', 'why, for those who find it')
    .action(act(async () => (await import('./breakers.ts')).holdOpen))
    .addHelpText('after', '\nExamples:\n  fairlead breakers hold shop/web --reason "vendor is at it"');
  asking(breakers.command('release <service>'))
    .description('release a breaker that a person holds open; one that failures opened closes by itself')
    .action(act(async () => (await import('./breakers.ts')).release))
    .addHelpText('after', '\nExamples:\n  fairlead breakers release shop/web');

  asking(program.command('status [service]'))
    .description('every service: replicas, load, limits, and what is going on')
    .action(act(async () => (await import('./status.ts')).status))
    .addHelpText('after', `${statusHelp()}\nExamples:\n  fairlead status\n  fairlead status shop/web -o yaml`);

  asking(program.command('decisions [service]'))
    .description('decisions, newest last')
    .option('--phase <phase>', 'only this phase')
    .action(act(async () => (await import('./decisions.ts')).decisions))
    .addHelpText('after', '\nExamples:\n  fairlead decisions shop/web\n  fairlead decisions -o json');

  asking(program.command('why <decision>'))
    .description('the whole path of one decision, every finding, in words')
    .action(act(async () => (await import('./why.ts')).why))
    .addHelpText('after', '\nExamples:\n  fairlead why shop/web-k3v9x0a1b2');

  changeFlags(asking(program.command('what-if <operation> <service>')))
    .description('ask the gate, on the state of now, without asking for the change')
    .addOption(new Option('--as <who>', 'whose request it would be').choices(['agent', 'person']).default('agent'))
    .action(act(async () => (await import('./whatIf.ts')).whatIf))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead what-if scale shop/web --replicas 6\n  fairlead what-if adjust_resources shop/web --memory-limit 1Gi\n  fairlead what-if rollback shop/web\n  fairlead what-if delete_deployment shop/web',
    );

  auditCommands(program, act);

  asking(program.command('doctor'))
    .description('each dependency: fine, or what is wrong and the fix')
    .option('--model-url <url>', 'OpenAI-compatible endpoint, with /v1 (default: $FAIRLEAD_MODEL_URL)')
    .option(
      '--model [url]',
      'instead: try a model out in every role, in about a minute: that at an address, of a name, or of the settings',
    )
    .option('--within <duration>', 'how long that may take', '90s')
    .option('--data <dir>', 'where journals stand (default: $XDG_STATE_HOME/fairlead)')
    .action(act(async () => (await import('./doctor/doctor.ts')).doctor))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead doctor\n  fairlead doctor --model\n  fairlead doctor --model http://127.0.0.1:11434/v1 -o json',
    );

  program
    .command('version')
    .description('print the version')
    .action(() => io.out(`fairlead ${VERSION}\n`));
  return program;
}
