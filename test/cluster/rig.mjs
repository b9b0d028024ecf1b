// rig: a real Kubernetes API (etcd + kube-apiserver + kube-controller-manager + a fake kubelet, and
// on demand a metrics API) on loopback ports, for tests. Node 20, no dependencies.
//
//   rig up DIR [options]     start everything, write DIR/kubeconfig, DIR/rig.json and DIR/pids
//   rig down DIR [--purge]   stop exactly the processes named in DIR/pids
//   rig status DIR           say which of them run
//   rig schemas DIR OUT      write the JSON Schemas of all kinds of a running rig, for kubeconform
//   rig assets               print the folder of the programs that 'up' would use
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const VERSION = '1.37.2';
const SERVERS = ['kube-apiserver', 'kube-controller-manager', 'etcd'];
const CONTROLLERS = [
  'deployment', 'replicaset', 'replicationcontroller', 'statefulset', 'daemonset', 'job', 'cronjob',
  'garbage-collector', 'namespace', 'endpoints', 'endpointslice', 'serviceaccount', 'serviceaccount-token',
  'disruption', 'resourcequota', 'root-ca-certificate-publisher', 'clusterrole-aggregation', 'pod-garbage-collector',
  'ttl-after-finished', 'validatingadmissionpolicy-status', 'service-cidr',
].map((c) => `${c}-controller`).join(',');
const HPA = 'horizontal-pod-autoscaler-controller';
const USAGE = `usage:
  rig up DIR [--binaries DIR] [--port N] [--nodes N] [--node-cpu Q] [--node-memory Q] [--node-pods N]
             [--ready-after MS] [--no-kubelet] [--load FILE | --metrics] [--hpa] [--scheduler]
             [--controllers LIST] [--runtime-config LIST] [--feature-gates LIST] [--audit] [--keep] [--quiet]
  rig down DIR [--purge]
  rig status DIR
  rig schemas DIR OUT
  rig assets

up      starts etcd, kube-apiserver, kube-controller-manager and fake-kubelet on 127.0.0.1,
        waits until all are healthy, writes DIR/kubeconfig (user rig-admin, system:masters),
        DIR/kubeconfig-nobody (a user without any rights) and DIR/pids; logs are in DIR/logs/.
  --binaries DIR     where kube-apiserver, kube-controller-manager and etcd lie
                     (default: $KUBEBUILDER_ASSETS if all three are there, else what build/build.sh has built)
  --port N           port of the API server (default: a free one)
  --nodes N          number of fake nodes, fake-0 .. fake-(N-1) (default 1)
  --node-cpu Q, --node-memory Q, --node-pods N
                     room of each node (default 32, 128Gi, 1000); pods that do not fit stay Pending
  --ready-after MS   delay from a pod's binding to Ready (default 300)
  --no-kubelet       start no fake kubelet: pods stay Pending
  --load FILE        serve metrics.k8s.io and custom.metrics.k8s.io ('kubectl top'), and Prometheus text at the
                     URL that 'metrics' in DIR/rig.json names, from this load model (see fake-metrics.mjs)
  --metrics          the same without load
  --scheduler        kube-scheduler binds the pods, not the fake kubelet: affinity, spreading, preemption
  --hpa              also run the HorizontalPodAutoscaler controller, every 2 s instead of every 15 s
  --controllers LIST controllers to run; with a leading + (--controllers +ttl-controller) beside the default ones:
                     ${CONTROLLERS.replace(/(.{60,100}?),/g, '$1,\n                     ')}
  --runtime-config LIST, --feature-gates LIST
                     as of kube-apiserver (feature gates also of the others)
  --audit            the API server writes every write (who, what, which object; no bodies) to DIR/audit.log, one JSON
                     object a line; Events, Leases and token reviews are left out
  --audit-accounts NAMESPACE
                     with --audit: of what the ServiceAccounts of that namespace ask everything is written, reads, Events
                     and Leases too; a watch when it ends
  --keep             keep the etcd data of an earlier 'up' in DIR
down    stops the processes; with --purge it also removes DIR.
schemas writes a JSON Schema of every kind that a running rig serves, custom resources too:
        kubeconform -schema-location 'OUT/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json' FILE...
assets  prints the folder of ${SERVERS.join(', ')} that 'up' would use.`;

// What changes a cluster and who did it. 'blocking' in the log's mode: a write that was answered is in the log.
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [
    { level: 'None', verbs: ['get', 'list', 'watch'] },
    { level: 'None', resources: [{ group: '', resources: ['events', 'bindings', 'pods/binding'] }, { group: 'events.k8s.io' }, { group: 'coordination.k8s.io', resources: ['leases'] }] },
    { level: 'None', resources: [{ group: 'authentication.k8s.io' }, { group: 'authorization.k8s.io' }] },
    { level: 'None', users: ['system:apiserver'] },
    { level: 'Metadata' },
  ],
};

process.stdout.on('error', () => {}); // who reads the first line only must not stop an 'up' half-way
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
const die = (msg, code = 1) => { process.stderr.write(`rig: ${msg}\n`); process.exit(code); };

function parseArgs(argv) {
  const opt = { _: [] };
  const valued = new Set(['audit-accounts', 'binaries', 'port', 'nodes', 'node-cpu', 'node-memory', 'node-pods', 'ready-after', 'controllers', 'load', 'runtime-config', 'feature-gates']);
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i];
    if (!a.startsWith('--')) { opt._.push(a); continue; }
    const [k, v] = a.slice(2).split(/=(.*)/s);
    if (valued.has(k)) {
      const val = v ?? argv[++i];
      if (val === undefined) die(`--${k} needs a value`, 2);
      opt[k] = val;
    } else if (['no-kubelet', 'metrics', 'hpa', 'scheduler', 'audit', 'keep', 'purge', 'quiet', 'help'].includes(k)) opt[k] = true;
    else die(`unknown option --${k}\n${USAGE}`, 2);
  }
  return opt;
}

// ---------------------------------------------------------------- binaries
const isExe = (p) => { try { fs.accessSync(p, fs.constants.X_OK); return fs.statSync(p).isFile(); } catch { return false; } };

function cacheDir() {
  const base = process.env.XDG_CACHE_HOME || path.join(os.homedir() || os.tmpdir(), '.cache');
  return path.join(base, `fairlead-cluster-${VERSION}`);
}

function findBinaries(given) {
  const complete = (d) => SERVERS.every((s) => isExe(path.join(d, s)));
  let dir;
  if (given) {
    if (!complete(given)) die(`${given} lacks ${SERVERS.filter((s) => !isExe(path.join(given, s))).join(', ')}`);
    dir = given;
  } else if (process.env.KUBEBUILDER_ASSETS && complete(process.env.KUBEBUILDER_ASSETS)) dir = process.env.KUBEBUILDER_ASSETS;
  else if (complete(cacheDir())) dir = cacheDir();
  if (!dir) {
    die(`no kube-apiserver found. Set KUBEBUILDER_ASSETS to a folder with ${SERVERS.join(', ')} and kubectl
(setup-envtest of controller-runtime downloads one), or build them once with ${path.join(HERE, 'build', 'build.sh')}`);
  }
  return path.resolve(dir);
}

// ---------------------------------------------------------------- processes
// The start time in /proc guards against a pid that has been given to another process.
function startTime(pid) {
  try {
    const s = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const f = s.slice(s.lastIndexOf(')') + 2).split(' ');
    return f[0] === 'Z' ? undefined : f[19];
  } catch { return undefined; }
}
function readPids(dir) {
  let text;
  try { text = fs.readFileSync(path.join(dir, 'pids'), 'utf8'); } catch { return []; }
  return text.split('\n').filter(Boolean).map((l) => { const [name, pid, start] = l.split(/\s+/); return { name, pid: Number(pid), start }; });
}
const alive = (p) => startTime(p.pid) !== undefined && startTime(p.pid) === p.start;
function rssMiB(pid) {
  try { return Math.round(Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024); } catch { return 0; }
}
async function stop(procs) {
  for (const p of procs) {
    if (!alive(p)) continue;
    try { process.kill(p.pid, 'SIGTERM'); } catch { /* gone */ }
    const t = Date.now();
    while (alive(p) && Date.now() - t < 4000) await sleep(25);
    if (alive(p)) { try { process.kill(p.pid, 'SIGKILL'); } catch { /* gone */ } while (alive(p) && Date.now() - t < 6000) await sleep(25); }
  }
}

async function freePorts(n) {
  const servers = [];
  for (let i = 0; i < n; i++) {
    const s = net.createServer();
    await new Promise((res, rej) => { s.once('error', rej); s.listen(0, '127.0.0.1', res); });
    servers.push(s);
  }
  const ports = servers.map((s) => s.address().port);
  await Promise.all(servers.map((s) => new Promise((r) => s.close(r))));
  return ports;
}

// ---------------------------------------------------------------- certificates
const OPENSSL = 'openssl';
function openssl(args) {
  const r = spawnSync(OPENSSL, args, { encoding: 'utf8' });
  if (r.error) die(r.error.code === 'ENOENT' ? "no openssl found: run 'apt-get install -y openssl'" : `openssl: ${r.error.message}`);
  if (r.status !== 0) die(`openssl ${args.join(' ')}: ${r.stderr}`);
}
function makePki(pki) {
  fs.mkdirSync(pki, { recursive: true, mode: 0o700 });
  const p = (f) => path.join(pki, f);
  if (['ca.crt', 'apiserver.crt', 'apiserver.key', 'sa.key', 'sa.pub', 'proxy-ca.crt', 'proxy-client.crt', 'metrics.crt'].every((f) => fs.existsSync(p(f)))) return;
  const key = (f) => { openssl(['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', p(f)]); fs.chmodSync(p(f), 0o600); };
  const authority = (name) => {
    key(`${name}.key`);
    fs.writeFileSync(p(`${name}.cnf`), `[req]\ndistinguished_name=dn\nx509_extensions=v3\nprompt=no\n[dn]\nCN=rig-${name}\n[v3]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign,digitalSignature\nsubjectKeyIdentifier=hash\n`);
    openssl(['req', '-x509', '-new', '-sha256', '-key', p(`${name}.key`), '-days', '3650', '-config', p(`${name}.cnf`), '-out', p(`${name}.crt`)]);
  };
  const signed = (name, by, cn, ext) => {
    key(`${name}.key`);
    openssl(['req', '-new', '-sha256', '-key', p(`${name}.key`), '-subj', `/CN=${cn}`, '-out', p(`${name}.csr`)]);
    fs.writeFileSync(p(`${name}.ext`), ext);
    openssl(['x509', '-req', '-sha256', '-in', p(`${name}.csr`), '-CA', p(`${by}.crt`), '-CAkey', p(`${by}.key`), '-CAcreateserial', '-days', '3650', '-extfile', p(`${name}.ext`), '-out', p(`${name}.crt`)]);
  };
  authority('ca');
  authority('proxy-ca'); // signs what the API server shows to aggregated APIs
  signed('apiserver', 'ca', 'kube-apiserver', 'subjectAltName=IP:127.0.0.1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc\nextendedKeyUsage=serverAuth\n');
  signed('metrics', 'ca', 'fake-metrics', 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:fake-metrics.kube-system.svc\nextendedKeyUsage=serverAuth\n');
  signed('proxy-client', 'proxy-ca', 'front-proxy-client', 'extendedKeyUsage=clientAuth\n');
  key('sa.key');
  openssl(['ec', '-in', p('sa.key'), '-pubout', '-out', p('sa.pub')]);
}

function kubeconfig(server, ca, user, token) {
  return `apiVersion: v1
kind: Config
clusters:
- name: rig
  cluster:
    server: ${server}
    certificate-authority-data: ${Buffer.from(ca).toString('base64')}
users:
- name: ${user}
  user:
    token: ${token}
contexts:
- name: rig
  context:
    cluster: rig
    user: ${user}
current-context: rig
`;
}

// ---------------------------------------------------------------- up
async function up(dir, opt) {
  const t0 = Date.now();
  const say = (m) => { if (!opt.quiet) process.stdout.write(`${((Date.now() - t0) / 1000).toFixed(1).padStart(5)}s  ${m}\n`); };
  dir = path.resolve(dir);
  if (readPids(dir).some(alive)) die(`${dir} is already up: 'rig down ${dir}' first`);
  const bin = findBinaries(opt.binaries);
  if (opt.load && !fs.existsSync(opt.load)) die(`no load file ${opt.load}`, 2);
  say(`binaries: ${bin}`);
  fs.mkdirSync(path.join(dir, 'logs'), { recursive: true });
  if (!opt.keep) for (const d of ['etcd', 'pki']) fs.rmSync(path.join(dir, d), { recursive: true, force: true });
  for (const f of ['kubeconfig', 'kubeconfig-nobody', 'pids', 'rig.json']) fs.rmSync(path.join(dir, f), { force: true });
  const pki = path.join(dir, 'pki');
  makePki(pki);
  const tokensFile = path.join(dir, 'tokens.csv');
  const admin = randomBytes(16).toString('hex');
  const nobody = randomBytes(16).toString('hex');
  fs.writeFileSync(tokensFile, `${admin},rig-admin,rig-admin,"system:masters"\n${nobody},rig-nobody,rig-nobody,"rig:unprivileged"\n`, { mode: 0o600 });

  const [etcdPort, peerPort, kcmPort, freeApi, metricsPort, metricsTls, schedulerPort] = await freePorts(7);
  const apiPort = Number(opt.port ?? freeApi);
  const server = `https://127.0.0.1:${apiPort}`;
  const ca = fs.readFileSync(path.join(pki, 'ca.crt'), 'utf8');

  const procs = [];
  const start = (name, cmd, args, env = {}) => {
    const fd = fs.openSync(path.join(dir, 'logs', `${name}.log`), 'w');
    const c = spawn(cmd, args, { detached: true, stdio: ['ignore', fd, fd], env: { ...process.env, ...env }, cwd: dir });
    fs.closeSync(fd);
    const p = { name, pid: c.pid, exited: undefined };
    c.on('error', (e) => { p.exited = e.message; });
    c.on('exit', (code, sig) => { p.exited = sig ?? code; });
    p.start = c.pid ? startTime(c.pid) : undefined;
    c.unref();
    procs.push(p);
    fs.writeFileSync(path.join(dir, 'pids'), procs.map((q) => `${q.name} ${q.pid} ${q.start}`).join('\n') + '\n');
    return p;
  };
  const fail = async (msg) => {
    await stop([...procs].reverse());
    fs.rmSync(path.join(dir, 'pids'), { force: true });
    die(msg);
  };
  const tail = (name) => { try { return fs.readFileSync(path.join(dir, 'logs', `${name}.log`), 'utf8').trimEnd().split('\n').slice(-8).join('\n'); } catch { return ''; } };
  const until = async (what, proc, seconds, check) => {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      if (proc?.exited !== undefined) await fail(`${proc.name} ended (${proc.exited}) before ${what}; its log ends:\n${tail(proc.name)}`);
      try { if (await check()) return; } catch { /* not yet */ }
      if (Date.now() > end) await fail(`no ${what} after ${seconds}s${proc ? `; the log of ${proc.name} ends:\n${tail(proc.name)}` : ''}`);
      await sleep(60);
    }
  };
  const onSignal = async () => { await fail('interrupted'); };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);

  const get = (port, pth, token = admin, method = 'GET') => new Promise((resolve, reject) => {
    const r = https.request({ host: '127.0.0.1', port, method, path: pth, ca, headers: token ? { Authorization: `Bearer ${token}` } : {}, timeout: 4000, agent: false }, (res) => {
      let b = '';
      res.setEncoding('utf8');
      res.on('data', (d) => { b += d; });
      res.on('end', () => resolve({ status: res.statusCode, body: b }));
    });
    r.on('timeout', () => r.destroy(new Error('timeout')));
    r.on('error', reject);
    r.end();
  });

  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const etcd = start('etcd', path.join(bin, 'etcd'), [
    '--name=rig', `--data-dir=${path.join(dir, 'etcd')}`, '--log-level=warn', '--unsafe-no-fsync',
    `--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=rig=${peerUrl}`,
  ]);
  await until('etcd health', etcd, 30, async () => (await (await fetch(`${etcdUrl}/health`)).text()).includes('true'));
  say('etcd is healthy');

  const pk = (f) => path.join(pki, f);
  const auditLog = path.join(dir, 'audit.log');
  const auditPolicy = path.join(dir, 'audit-policy.json');
  fs.rmSync(auditLog, { force: true });
  const ofAccounts = opt['audit-accounts'] ? [{ level: 'Metadata', userGroups: [`system:serviceaccounts:${opt['audit-accounts']}`] }] : [];
  if (opt.audit) fs.writeFileSync(auditPolicy, JSON.stringify({ ...AUDIT_POLICY, rules: [...ofAccounts, ...AUDIT_POLICY.rules] }));
  const api = start('kube-apiserver', path.join(bin, 'kube-apiserver'), [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${apiPort}`,
    '--endpoint-reconciler-type=none',
    `--tls-cert-file=${pk('apiserver.crt')}`, `--tls-private-key-file=${pk('apiserver.key')}`, `--client-ca-file=${pk('ca.crt')}`,
    `--token-auth-file=${tokensFile}`, '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc', `--service-account-signing-key-file=${pk('sa.key')}`, `--service-account-key-file=${pk('sa.pub')}`,
    '--service-cluster-ip-range=10.0.0.0/16', '--allow-privileged=true', '--profiling=false',
    `--requestheader-client-ca-file=${pk('proxy-ca.crt')}`, '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User', '--requestheader-group-headers=X-Remote-Group', '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${pk('proxy-client.crt')}`, `--proxy-client-key-file=${pk('proxy-client.key')}`,
    ...['runtime-config', 'feature-gates'].filter((k) => opt[k]).map((k) => `--${k}=${opt[k]}`),
    ...(opt.audit ? [`--audit-policy-file=${auditPolicy}`, `--audit-log-path=${auditLog}`, '--audit-log-mode=blocking'] : []),
  ], { GOMEMLIMIT: process.env.GOMEMLIMIT ?? '600MiB' }); // a soft limit: many full OpenAPI reads at once take far more without it
  await until('API server readiness', api, 60, async () => (await get(apiPort, '/readyz')).status === 200);
  say(`kube-apiserver is ready: ${server}`);
  fs.writeFileSync(path.join(dir, 'kubeconfig'), kubeconfig(server, ca, 'rig-admin', admin), { mode: 0o600 });
  fs.writeFileSync(path.join(dir, 'kubeconfig-nobody'), kubeconfig(server, ca, 'rig-nobody', nobody), { mode: 0o600 });

  const kcm = start('kube-controller-manager', path.join(bin, 'kube-controller-manager'), [
    `--kubeconfig=${path.join(dir, 'kubeconfig')}`, '--use-service-account-credentials=false', '--leader-elect=false',
    '--bind-address=127.0.0.1', `--secure-port=${kcmPort}`,
    `--tls-cert-file=${pk('apiserver.crt')}`, `--tls-private-key-file=${pk('apiserver.key')}`,
    `--service-account-private-key-file=${pk('sa.key')}`, `--root-ca-file=${pk('ca.crt')}`,
    '--kube-api-qps=200', '--kube-api-burst=400', '--profiling=false', '--authorization-always-allow-paths=/healthz,/readyz,/livez,/metrics',
    `--controllers=${[...(!opt.controllers || opt.controllers.startsWith('+') ? [CONTROLLERS] : []), ...(opt.controllers ? [opt.controllers.replace(/^\+/, '')] : []), ...(opt.hpa ? [HPA] : [])].join(',')}`,
    ...(opt.hpa ? ['--horizontal-pod-autoscaler-sync-period=2s'] : []), ...(opt['feature-gates'] ? [`--feature-gates=${opt['feature-gates']}`] : []),
  ]);
  let scheduler;
  if (opt.scheduler) {
    const config = path.join(dir, 'scheduler.json');
    fs.writeFileSync(config, JSON.stringify({ apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', clientConnection: { kubeconfig: path.join(dir, 'kubeconfig'), qps: 200, burst: 400 }, leaderElection: { leaderElect: false } }));
    scheduler = start('kube-scheduler', path.join(bin, 'kube-scheduler'), [`--config=${config}`, '--bind-address=127.0.0.1', `--secure-port=${schedulerPort}`,
      `--tls-cert-file=${pk('apiserver.crt')}`, `--tls-private-key-file=${pk('apiserver.key')}`, ...(opt['feature-gates'] ? [`--feature-gates=${opt['feature-gates']}`] : [])]);
  }
  let kubelet;
  if (!opt['no-kubelet']) {
    kubelet = start('fake-kubelet', process.execPath, [path.join(HERE, 'fake-kubelet.mjs'), '--kubeconfig', path.join(dir, 'kubeconfig'),
      '--nodes', String(opt.nodes ?? 1), '--ready-after', String(opt['ready-after'] ?? 300), ...(scheduler ? ['--no-bind'] : []),
      ...['node-cpu', 'node-memory', 'node-pods'].flatMap((k) => (opt[k] === undefined ? [] : [`--${k}`, opt[k]]))]);
  }
  await until('controller manager health', kcm, 60, async () => (await get(kcmPort, '/healthz', undefined)).status === 200);
  say('kube-controller-manager is healthy');
  if (scheduler) {
    await until('scheduler health', scheduler, 60, async () => (await get(schedulerPort, '/healthz', undefined)).status === 200);
    say('kube-scheduler is healthy');
  }
  await until('default service account', kcm, 60, async () => (await get(apiPort, '/api/v1/namespaces/default/serviceaccounts/default')).status === 200);
  if (kubelet) {
    await until('fake node', kubelet, 30, async () => {
      const r = await get(apiPort, '/api/v1/nodes/fake-0');
      return r.status === 200 && (JSON.parse(r.body).status?.conditions ?? []).some((c) => c.type === 'Ready' && c.status === 'True');
    });
    say('fake-kubelet: node fake-0 is Ready');
  }
  const metrics = opt.load || opt.metrics ? `http://127.0.0.1:${metricsPort}` : undefined;
  if (metrics) {
    const m = start('fake-metrics', process.execPath, [path.join(HERE, 'fake-metrics.mjs'), '--kubeconfig', path.join(dir, 'kubeconfig'), ...(opt.load ? ['--load', path.resolve(opt.load)] : []),
      '--http-port', String(metricsPort), '--port', String(metricsTls), '--cert', pk('metrics.crt'), '--key', pk('metrics.key'), '--ca', pk('ca.crt'), '--client-ca', pk('proxy-ca.crt')]);
    for (const a of ['metrics.k8s.io/v1beta1', 'custom.metrics.k8s.io/v1beta2']) await until(`API ${a}`, m, 30, async () => (await get(apiPort, `/apis/${a}`)).status === 200);
    say(`fake-metrics: ${metrics}/metrics`);
  } else if (opt.keep) for (const a of ['v1beta1.metrics.k8s.io', 'v1beta2.custom.metrics.k8s.io']) await get(apiPort, `/apis/apiregistration.k8s.io/v1/apiservices/${a}`, admin, 'DELETE'); // an API that nobody serves would hold up the deletion of namespaces
  const rss = Object.fromEntries(procs.map((p) => [p.name, rssMiB(p.pid)]));
  fs.writeFileSync(path.join(dir, 'rig.json'), JSON.stringify({ server, controllerManager: `https://127.0.0.1:${kcmPort}`, ...(metrics ? { metrics } : {}), ...(opt.audit ? { audit: auditLog } : {}), startedMs: Date.now() - t0, rssMiB: rss, binaries: bin }, null, 1) + '\n');
  say(`up; RSS MiB ${Object.entries(rss).map(([k, v]) => `${k} ${v}`).join(', ')}`);
  if (!opt.quiet) process.stdout.write(`export KUBECONFIG=${path.join(dir, 'kubeconfig')}\n`);
}

async function down(dir, opt) {
  dir = path.resolve(dir);
  const procs = readPids(dir);
  const running = procs.filter(alive);
  await stop([...procs].reverse());
  const left = procs.filter(alive);
  if (left.length) die(`still running: ${left.map((p) => `${p.name} ${p.pid}`).join(', ')}`);
  fs.rmSync(path.join(dir, 'pids'), { force: true });
  if (opt.purge) {
    // Only what 'up' makes; a folder that holds anything else is kept.
    for (const f of ['kubeconfig', 'kubeconfig-nobody', 'rig.json', 'tokens.csv', 'scheduler.json', 'audit.log', 'audit-policy.json']) fs.rmSync(path.join(dir, f), { force: true });
    for (const d of ['etcd', 'pki', 'logs']) fs.rmSync(path.join(dir, d), { recursive: true, force: true });
    try { fs.rmdirSync(dir); } catch { /* not empty */ }
  }
  process.stdout.write(`stopped ${running.length}\n`);
}

function status(dir) {
  const procs = readPids(path.resolve(dir));
  for (const p of procs) process.stdout.write(`${p.name} ${p.pid} ${alive(p) ? `running, ${rssMiB(p.pid)} MiB` : 'stopped'}\n`);
  process.exit(procs.length > 0 && procs.every(alive) ? 0 : 3);
}

const opt = parseArgs(process.argv.slice(2));
const [cmd, dir] = opt._;
if (opt.help || !cmd) { process.stdout.write(USAGE + '\n'); process.exit(cmd || opt.help ? 0 : 2); }
if (cmd === 'assets') process.stdout.write(findBinaries(opt.binaries) + '\n');
else if (!dir) die(USAGE, 2);
else if (cmd === 'up') { await up(dir, opt); process.exit(0); } else if (cmd === 'down') await down(dir, opt);
else if (cmd === 'status') status(dir);
else if (cmd === 'schemas') process.exit(spawnSync(process.execPath, [path.join(HERE, 'schemas.mjs'), path.join(dir, 'kubeconfig'), opt._[2] ?? die(USAGE, 2)], { stdio: 'inherit' }).status ?? 1);
else die(`unknown command ${cmd}\n${USAGE}`, 2);
