import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Processes of the product over an embedded cluster, and the two people of the dialogue. */
export interface Stand {
  readonly url: string;
  /** Of the operator, as `fairlead login` made it. */
  readonly token: string;
  /** When the service is worth asking about: its load rises two minutes after the cluster begins. */
  busy(): Promise<void>;
  /** The approver's own command, as it printed. */
  approve(request: string): Promise<string>;
  /** What `fairlead status` says of the service in the end. */
  state(): Promise<string>;
  /** What `fairlead audit verify` says of the journals. */
  journal(): Promise<string>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const PASSWORDS = { ada: 'ada asks in the evening', omar: 'omar answers in the evening' } as const;
type Person = keyof typeof PASSWORDS;

/** Everything runs, and both are logged in. */
export async function openStand(root: string, service: string): Promise<Stand> {
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-transcript-'));
  const at = (name: string): string => path.join(dir, name);
  const bin = path.join(root, 'bin', 'fairlead');
  const children: ChildProcess[] = [];
  const env = (who: string): NodeJS.ProcessEnv => {
    const { FAIRLEAD_MODEL_URL: _, FAIRLEAD_MODEL: __, FAIRLEAD_MODEL_KEY: ___, ...rest } = process.env;
    return { ...rest, XDG_CONFIG_HOME: at(who) };
  };
  const fairlead = async (who: string, ...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run(bin, args, { env: env(who), timeout: 600_000 });
    return stdout + stderr;
  };
  /** Starts one and answers with what it printed when `ready` stood in it. */
  const start = (ready: RegExp, ...args: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(bin, args, { env: env('nobody'), stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      let printed = '';
      const hear = (chunk: Buffer): void => {
        printed += chunk.toString();
        if (ready.test(printed)) resolve(printed);
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      child.once('exit', (code) => reject(new Error(`fairlead ${args[0]} ended with ${code}: ${printed}`)));
    });
  const close = async (): Promise<void> => {
    for (const child of children) child.kill('SIGTERM');
    await sleep(500);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const kubeconfig = /KUBECONFIG=(\S+)/.exec(await start(/In another shell[\s\S]*fairlead up/, 'cluster'))?.[1] ?? '';
    const where = ['--kubeconfig', kubeconfig];
    await makeNamespace(
      /server"?:\s*"?(https?:[^"\s,]+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1] ?? '',
      'agent-system',
    );
    process.stderr.write(
      await fairlead('nobody', 'apply', '-f', path.join(root, 'blueprints', 'frontend', 'blueprint.yaml'), ...where),
    );
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const data = ['--data', at('data')];
    mkdirSync(at('data'));
    const links = new Map<Person, string>();
    for (const [name, ...groups] of [['ada'], ['omar', '--group', 'devops-team']] as const) {
      const added = await fairlead('nobody', 'users', 'add', name, ...groups, ...data, '--url', url);
      links.set(name, /token=([\w-]+)/.exec(added)?.[1] ?? '');
    }
    await start(/approvals at/, 'serve', '--port', String(port), ...data, ...where);
    await start(/\n/, 'executor', ...data, ...where);
    for (const [name, token] of links) {
      const body = JSON.stringify({ token, password: PASSWORDS[name] });
      await fetch(`${url}/api/first-run`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      writeFileSync(at(`${name}.password`), PASSWORDS[name], { mode: 0o600 });
      process.stderr.write(
        await fairlead(name, 'login', url, '--name', name, '--password-file', at(`${name}.password`)),
      );
    }
    const { token } = JSON.parse(readFileSync(path.join(at('ada'), 'fairlead', 'login.json'), 'utf8')) as {
      token: string;
    };
    return {
      busy: () => untilBusy(url, token, service),
      url,
      token,
      approve: (request) => fairlead('omar', 'approve', request, '--once', '--reason', 'for the evening', '-w'),
      state: () => fairlead('nobody', 'status', ...where),
      journal: () => fairlead('nobody', 'audit', 'verify', ...data),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeNamespace(server: string, name: string): Promise<void> {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const headers = { 'content-type': 'application/json' };
  const made = await fetch(`${server}/api/v1/namespaces`, { method: 'POST', headers, body });
  if (!made.ok) throw new Error(`the namespace ${name} could not be made: ${made.status}`);
}

const PATIENCE_MS = 420_000;
/** Percent of the CPU request. */
const BUSY = 85;

async function untilBusy(url: string, token: string, service: string): Promise<void> {
  process.stderr.write(`waiting until ${service} is under load\n`);
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(3_000)) {
    const answer = await fetch(`${url}/api/services/${service}`, { headers: { authorization: `Bearer ${token}` } });
    const { cpu = '' } = answer.ok ? ((await answer.json()) as { cpu?: string }) : {};
    if (Number.parseInt(cpu.replace(/^\D+/, ''), 10) >= BUSY) return;
  }
  throw new Error(`${service} did not come under load`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
