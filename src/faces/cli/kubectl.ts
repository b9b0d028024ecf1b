import { type ChildProcess, spawn } from 'node:child_process';
import { createGunzip } from 'node:zlib';
import { err, ok, type Result } from '../../kernel/result.ts';

export interface KubectlFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
  /** Which pods; of the manifests all have this label. */
  readonly selector?: string;
}

const SELECTOR = 'app.kubernetes.io/name=fairlead';
const LONGEST_ANSWER = 16 * 2 ** 20;
/** A name of a pod, which becomes one of a folder. */
const POD = /^[a-z0-9][a-z0-9.-]{0,252}$/;

/**
 * The person's own kubectl, with the person's own rights: to read what lies in a pod takes `create` on `pods/exec`, which
 * none of our accounts has.
 */
function start(args: readonly string[], { kubeconfig, context, namespace }: KubectlFlags): ChildProcess {
  const own = [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === undefined ? [] : ['--context', context]),
    '--namespace',
    namespace,
  ];
  return spawn('kubectl', [...own, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Names of the pods that run. None is an error. */
export async function podsOf(flags: KubectlFlags, signal: AbortSignal): Promise<Result<string[], string>> {
  const { namespace, selector = SELECTOR } = flags;
  const child = start(['get', 'pods', '--selector', selector, '--output', 'json'], flags);
  const chunks: Buffer[] = [];
  try {
    let size = 0;
    for await (const chunk of output(child, signal)) {
      size += chunk.length;
      if (size > LONGEST_ANSWER) throw new Error('its answer is too long');
      chunks.push(chunk);
    }
    const { items } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      items?: { metadata?: { name?: string } }[];
    };
    const names = (items ?? []).flatMap(({ metadata }) =>
      POD.test(metadata?.name ?? '') ? (metadata?.name ?? []) : [],
    );
    if (names.length > 0) return ok(names.toSorted());
    return err(`namespace ${namespace} has no pod with the label ${selector}; --namespace and --selector name others`);
  } catch (error) {
    return err(`kubectl get pods: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What `fairlead audit export -` in that pod sends. Throws in kubectl's words. */
export async function* podJournals(pod: string, flags: KubectlFlags, signal: AbortSignal): AsyncGenerator<Buffer> {
  const child = start(['exec', pod, '--', 'fairlead', 'audit', 'export', '-', '--data', '/data'], flags);
  const unpacked = createGunzip();
  const failed = feed(output(child, signal), unpacked);
  let broken: unknown;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    broken = error;
  } finally {
    child.kill();
  }
  // What kubectl says of it tells more than that the archive ends too early.
  const said = await failed;
  if (said !== undefined) throw said;
  if (broken !== undefined) throw broken instanceof Error ? broken : new Error(String(broken));
}

/** Writes all of it, at the pace at which it is taken; answers with the error that ended it. */
async function feed(from: AsyncIterable<Buffer>, to: ReturnType<typeof createGunzip>): Promise<Error | undefined> {
  try {
    for await (const chunk of from) {
      if (to.destroyed) return undefined;
      await new Promise<void>((resolve) => to.write(chunk, () => resolve()));
    }
    to.end();
    return undefined;
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    to.destroy(failure);
    return failure;
  }
}

/** The child's standard output to its end; throws its last words where it fails, or is not there. */
async function* output(child: ChildProcess, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stop = (): void => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-1_000);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? 'there is no kubectl on the PATH' : error.message),
    );
    child.once('close', (code) => resolve(code === 0 ? undefined : said.trim() || `it ended with code ${code}`));
  });
  try {
    if (child.stdout !== null) for await (const chunk of child.stdout as AsyncIterable<Buffer>) yield chunk;
    const failure = await ended;
    if (failure !== undefined) throw new Error(failure);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
