import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { z } from 'zod';
import { err, ok, type Result } from '../../kernel/result.ts';

export interface KubeconfigOptions {
  /** One path, or several joined as in the variable KUBECONFIG. Absent: `~/.kube/config`, else the pod's service account. */
  readonly kubeconfig?: string | undefined;
  /** Context to use instead of the current one. */
  readonly context?: string | undefined;
}

export interface LoadedConfig {
  readonly config: KubeConfig;
  readonly server: URL;
  readonly context: string;
  readonly namespace: string | undefined;
  /** Where the user's token is read from at every call, so that a rotated one is used at once. */
  readonly tokenFile: string | undefined;
}

const IN_CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Errors are sentences for a person: what was read, what is wrong with it, what to do. */
export async function loadKubeconfig(options: KubeconfigOptions): Promise<Result<LoadedConfig, string>> {
  // The library takes half a second to load: nobody who only asks for help should pay for it.
  const { KubeConfig: Config } = await import('@kubernetes/client-node');
  const config = new Config();
  const files = await filesOf(options.kubeconfig);
  if (!files.ok) return files;
  const tokenFiles = new Map<string, string>();
  try {
    if (files.value.length === 0) config.loadFromCluster();
    for (const [n, file] of files.value.entries()) {
      if (n === 0) config.loadFromFile(file);
      else mergeInto(config, new Config(), file);
      for (const [user, tokenFile] of await tokenFilesOf(file)) {
        if (!tokenFiles.has(user)) tokenFiles.set(user, tokenFile);
      }
    }
  } catch (error) {
    const where = files.value.length === 0 ? 'the service account of this pod' : files.value.join(', ');
    return err(`cannot read ${where}: ${words(error)}`);
  }
  if (options.context !== undefined) {
    const names = config.getContexts().map((context) => context.name);
    if (!names.includes(options.context)) {
      return err(`the kubeconfig has no context "${options.context}"; it has: ${names.join(', ') || 'none'}`);
    }
    config.setCurrentContext(options.context);
  }
  return complete(config, tokenFiles);
}

function complete(config: KubeConfig, tokenFiles: ReadonlyMap<string, string>): Result<LoadedConfig, string> {
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const context = config.getCurrentContext();
  if (cluster === null) {
    return err(
      `the kubeconfig's context "${context ?? ''}" names no cluster; set one with: kubectl config use-context`,
    );
  }
  let server: URL;
  try {
    server = new URL(cluster.server);
  } catch {
    return err(`the server of cluster "${cluster.name}" is no URL: ${cluster.server}`);
  }
  if (server.protocol === 'http:') {
    if (!isLoopback(server.hostname) && !cluster.skipTLSVerify) {
      return err(`the server ${cluster.server} is plain http: credentials would go in the clear; use https`);
    }
    // The library refuses every http server otherwise; on this machine's own loopback nobody else listens.
    const at = config.clusters.findIndex((each) => each.name === cluster.name);
    config.clusters[at] = { ...cluster, skipTLSVerify: true };
  }
  const tokenFile = user === null ? undefined : (providerTokenFile(user.authProvider) ?? tokenFiles.get(user.name));
  if (user !== null && tokenFile !== undefined) {
    // The library would keep the token for a minute, and its line end with it.
    const at = config.users.findIndex((each) => each.name === user.name);
    config.users[at] = { ...user, authProvider: undefined };
  }
  const namespace = config.getContextObject(context)?.namespace?.trim();
  return ok({ config, server, context, namespace: namespace === '' ? undefined : namespace, tokenFile });
}

async function filesOf(kubeconfig: string | undefined): Promise<Result<string[], string>> {
  if (kubeconfig !== undefined && kubeconfig !== '') {
    const named = kubeconfig.split(path.delimiter).filter((file) => file !== '');
    const there: string[] = [];
    for (const file of named) if (await exists(file)) there.push(file);
    if (there.length > 0) return ok(there);
    return err(`no kubeconfig at ${named.join(', ')}; name another with --kubeconfig or KUBECONFIG`);
  }
  const home = path.join(homedir(), '.kube', 'config');
  if (await exists(home)) return ok([home]);
  if (await exists(IN_CLUSTER_TOKEN)) return ok([]);
  return err(`no cluster: KUBECONFIG is not set, there is no ${home}, and this is no pod with a service account`);
}

/** As kubectl merges: what an earlier file has, a later one does not change. */
function mergeInto(config: KubeConfig, more: KubeConfig, file: string): void {
  more.loadFromFile(file);
  for (const cluster of more.clusters) if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
  for (const user of more.users) if (config.getUser(user.name) === null) config.addUser(user);
  for (const context of more.contexts) {
    if (config.getContextObject(context.name) === null) config.addContext(context);
  }
  if (!config.getCurrentContext() && more.getCurrentContext()) config.setCurrentContext(more.getCurrentContext());
}

const Users = z.object({
  users: z
    .array(z.object({ name: z.string(), user: z.object({ tokenFile: z.string().optional() }).nullish() }))
    .nullish(),
});

/** The library knows no `tokenFile`; kubectl does, and reads it relative to the kubeconfig. */
async function tokenFilesOf(file: string): Promise<Map<string, string>> {
  const parsed = Users.safeParse(parse(await readFile(file, 'utf8')));
  const found = new Map<string, string>();
  for (const { name, user } of (parsed.success ? parsed.data.users : undefined) ?? []) {
    if (user?.tokenFile) found.set(name, path.resolve(path.dirname(file), user.tokenFile));
  }
  return found;
}

function providerTokenFile(provider: unknown): string | undefined {
  const parsed = z.object({ config: z.object({ tokenFile: z.string() }) }).safeParse(provider);
  return parsed.success ? parsed.data.config.tokenFile : undefined;
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host);

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

export const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
