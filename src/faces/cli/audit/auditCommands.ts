import type { Command } from 'commander';
import { type Act, cluster, output } from '../options.ts';

/** The journals: check them, decide again from them, take them along. */
export function auditCommands(program: Command, act: Act): void {
  const audit = program.command('audit').description('the journal: check it, decide again from it, take it along');
  const data = 'where journals stand (default: $XDG_STATE_HOME/fairlead)';
  const looking = (name: string, text: string): Command =>
    audit
      .command(`${name} [folder]`)
      .description(text)
      .option('--data <dir>', data)
      .option(
        '--kubeconfig <file>',
        'also find a cut tail or a missing journal behind changes in this cluster (default: none, whatever $KUBECONFIG says)',
      )
      .option('--offline', 'look at files only')
      .addOption(output());
  looking('verify', 'find any record altered, dropped, reordered or torn, in one file or over several')
    .action(act(async () => (await import('./audit.ts')).verify))
    .addHelpText('after', '\nExamples:\n  fairlead audit verify\n  fairlead audit verify audit-2026-11');
  looking('replay', 'run the gate again from the records alone; it must agree')
    .action(act(async () => (await import('./audit.ts')).replay))
    .addHelpText('after', '\nExamples:\n  fairlead audit replay audit-2026-11');

  const dirs = (dir: string, before: readonly string[] = []): readonly string[] => [...before, dir];
  cluster(audit.command('export <folder>'))
    .description('gather journals into one new folder that verify and replay read; - sends one folder through a pipe')
    .option('--data <dir>', `${data}; may be given several times`, dirs)
    .option('--pods', "from the cluster's pods, through your own kubectl exec")
    .option('--selector <labels>', 'which pods (default: app.kubernetes.io/name=fairlead)')
    .addOption(output())
    .action(act(async () => (await import('./auditExport.ts')).auditExport))
    .addHelpText(
      'after',
      '\nExamples:\n  fairlead audit export audit-2026-11 --pods\n  fairlead audit export audit-2026-11 --data /var/lib/a --data /var/lib/b',
    );
}
