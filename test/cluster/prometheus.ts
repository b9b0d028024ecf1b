import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';

/** PROMETHEUS_PATH, else `prometheus` of this machine. */
function program(): string | undefined {
  const named = process.env['PROMETHEUS_PATH'] || 'prometheus';
  return spawnSync(named, ['--version'], { stdio: 'ignore' }).status === 0 ? named : undefined;
}

/** A suite that needs a real Prometheus: skipped loudly without one, a failure with REQUIRE_ALL=1. `describeCluster` fits as `around`. */
export function describePrometheus(
  name: string,
  suite: () => void,
  around: (name: string, suite: () => void) => void = describe,
): void {
  if (program() !== undefined) {
    around(name, suite);
    return;
  }
  const why = 'no Prometheus: install the package prometheus, or set PROMETHEUS_PATH to its program';
  if (process.env['REQUIRE_ALL'] === '1') {
    describe(name, () => {
      it('needs a Prometheus', () => {
        throw new Error(why);
      });
    });
    return;
  }
  process.stderr.write(`\nSKIPPED: ${name}: ${why}\n`);
  describe.skip(`${name} (skipped: ${why})`, suite);
}

export interface PrometheusOptions {
  /** `host:port` of what is scraped every second. */
  readonly targets: readonly string[];
  /** Of `--web.config.file`: TLS and users. `DIR` stands for the folder, `files` for what is written there. */
  readonly webConfig?: string;
  readonly files?: Readonly<Record<string, string>>;
}

export interface Prometheus {
  readonly url: string;
  readonly dir: string;
  /** Gone for now; the data stay. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** A real Prometheus on a free port of this machine. It is ready when this resolves, and has scraped nothing yet. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const binary = program();
  if (binary === undefined) throw new Error('no Prometheus: describePrometheus would have said so');
  const dir = mkdtempSync(path.join(tmpdir(), 'fairlead-prometheus-'));
  for (const [name, text] of Object.entries(options.files ?? {})) writeFileSync(path.join(dir, name), text);
  const config = path.join(dir, 'prometheus.yml');
  const targets = options.targets.map((target) => `'${target}'`).join(', ');
  writeFileSync(
    config,
    `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n- job_name: services\n  static_configs: [{targets: [${targets}]}]\n`,
  );
  const port = await freePort();
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${path.join(dir, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ];
  if (options.webConfig !== undefined) {
    writeFileSync(path.join(dir, 'web.yml'), options.webConfig.replaceAll('DIR', dir));
    args.push(`--web.config.file=${path.join(dir, 'web.yml')}`);
  }
  let running: ChildProcess | undefined;
  let told = '';
  const kill = (): void => void running?.kill('SIGKILL');
  process.once('exit', kill);
  const resume = async (): Promise<void> => {
    const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => (told = (told + String(chunk)).slice(-2000)));
    running = child;
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(100)) {
      if (child.exitCode !== null) throw new Error(`prometheus ended at once: ${told}`);
      if (await listens(port)) return;
    }
    throw new Error(`prometheus does not listen: ${told}`);
  };
  const halt = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  await resume();
  return {
    url: `${options.webConfig?.includes('tls_server_config') === true ? 'https' : 'http'}://127.0.0.1:${port}`,
    dir,
    halt,
    resume,
    stop: async () => {
      process.off('exit', kill);
      await halt();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Exporter {
  readonly target: string;
  /** What the next scrape gets. */
  text: () => string;
  stop(): Promise<void>;
}

/** Something to scrape that says what a test says. */
export async function startExporter(text: () => string): Promise<Exporter> {
  const exporter: { text: () => string } = { text };
  const server = http.createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(exporter.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(exporter, {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
