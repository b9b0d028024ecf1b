import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileJournal } from '../../src/adapters/journal/fileJournal.ts';
import { ManualClock } from '../../src/testing/manualClock.ts';
import { cli } from './cli.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const PATH = process.env['PATH'];

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-export-'));
});
afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(dir, { recursive: true, force: true });
});

/** A data folder with the journal of one writer, in several files. */
async function dataOf(name: string, writer: string, count = 30): Promise<string> {
  const data = path.join(dir, name);
  const clock = new ManualClock();
  const opened = await FileJournal.open({ dir: data, writer, clock, redact: (value) => value, maxBytes: 4_000 });
  if (!opened.ok) throw new Error(opened.error.message);
  for (let n = 0; n < count; n++) await opened.value.append({ kind: 'phase', subject: `web-${n}`, data: { n } });
  await opened.value.close();
  return data;
}
const journalsIn = (folder: string): string[] => readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
const exported = (): string => path.join(dir, 'export');

/**
 * A kubectl that knows these pods. `exec` runs the command in a process of its own, with that pod's folder as /data, as a
 * container would; a pod without a folder cannot be reached.
 */
function kubectl(pods: Readonly<Record<string, string | undefined>>): string {
  const bin = path.join(dir, 'bin');
  const seen = path.join(dir, 'kubectl-seen');
  mkdirSync(bin);
  const items = Object.keys(pods).map((name) => ({ metadata: { name } }));
  const reach = Object.entries(pods).map(([pod, data]) =>
    data === undefined
      ? `  ${pod}) echo 'error: cannot exec into a container in a completed pod' >&2; exit 1;;`
      : `  ${pod}) shift 2; [ "$1" = fairlead ] || exit 3; shift; exec "${process.execPath}" "${ROOT}/bin/fairlead" $(echo "$*" | sed 's#/data#${data}#');;`,
  );
  const script = `#!/bin/sh
echo "$*" >> ${seen}
[ "$1" = --namespace ] && shift 2
case "$1" in
get) cat <<'JSON'
${JSON.stringify({ items })}
JSON
;;
exec) shift; cd ${ROOT}; case "$1" in
${reach.join('\n')}
esac;;
esac
`;
  writeFileSync(path.join(bin, 'kubectl'), script);
  chmodSync(path.join(bin, 'kubectl'), 0o755);
  process.env['PATH'] = `${bin}:${PATH}`;
  return seen;
}

describe('fairlead audit export', () => {
  it('gathers the journals of several folders byte for byte, and verify and replay read the export', async () => {
    const [a, b] = [await dataOf('a', 'executor-a'), await dataOf('b', 'controller-b', 3)];
    const made = await cli('audit', 'export', exported(), '--data', a, '--data', b);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(
      /local-1-a: \d files, \d+ bytes\n {2}executor-a: sound, \d+ records from 0, head [0-9a-f]{12}/,
    );
    expect(made.out).toMatch(/manifest sha256 [0-9a-f]{64}: keep it elsewhere/);
    for (const file of journalsIn(a)) {
      expect(readFileSync(path.join(exported(), 'local-1-a', file))).toEqual(readFileSync(path.join(a, file)));
    }
    expect(journalsIn(a).length).toBeGreaterThan(1);
    const checked = await cli('audit', 'verify', exported());
    expect(checked).toMatchObject({ code: 0, err: '' });
    expect(checked.out).toMatch(/local-1-a\/executor-a\.jsonl: sound, \d+ records in \d files, head/);
    expect(checked.out).toMatch(/local-2-b\/controller-b\.jsonl: sound, 4 records, head/);
    expect(checked.out).toMatch(/export of \S+: as its manifest says/);
    expect(await cli('audit', 'replay', exported())).toMatchObject({ code: 0 });
  });

  it('says the same as JSON', async () => {
    const { out } = await cli('audit', 'export', exported(), '--data', await dataOf('a', 'executor-a'), '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({
      folder: exported(),
      manifestSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      sources: [{ name: 'local-1-a', chains: [{ writer: 'executor-a', begins: 0, ok: true }] }],
      missing: [],
    });
    const checked = await cli('audit', 'verify', exported(), '-o', 'json');
    expect(JSON.parse(checked.out)).toMatchObject({
      ok: true,
      journals: [{ source: 'local-1-a' }],
      export: { faults: [] },
    });
  });

  it('takes nothing’s place, and leaves nothing where there was nothing to take', async () => {
    const data = await dataOf('a', 'executor-a');
    mkdirSync(exported());
    const there = await cli('audit', 'export', exported(), '--data', data);
    expect(there).toMatchObject({ code: 1, out: '' });
    expect(there.err).toMatch(/export is there already/);
    expect(readdirSync(exported())).toEqual([]);
    rmSync(exported(), { recursive: true });
    mkdirSync(path.join(dir, 'empty'));
    const none = await cli('audit', 'export', exported(), '--data', path.join(dir, 'empty'));
    expect(none).toMatchObject({ code: 1, out: '' });
    expect(none.err).toMatch(/no journal was found anywhere/);
    expect(readdirSync(dir).filter((name) => name.startsWith('export'))).toEqual([]);
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'a file was changed',
      (folder) => appendFileSync(path.join(folder, 'executor-a.jsonl'), ''.padEnd(3)),
      /was changed after the export/,
    ],
    [
      'a file is gone',
      (folder) => rmSync(path.join(folder, 'executor-a.jsonl')),
      /the manifest names it, and it is not here/,
    ],
    [
      'a file was put in',
      (folder) => writeFileSync(path.join(folder, 'executor-z.jsonl'), ''),
      /the manifest does not name it/,
    ],
  ])('is found out where %s afterwards', async (_, harm, message) => {
    await cli('audit', 'export', exported(), '--data', await dataOf('a', 'executor-a'));
    harm(path.join(exported(), 'local-1-a'));
    const { code, out } = await cli('audit', 'verify', exported());
    expect(code).toBe(1);
    expect(out).toMatch(message);
    expect(await cli('audit', 'replay', exported())).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^export of .+: NOT AS ITS MANIFEST SAYS\n/m),
    });
  });

  it('tells a journal that is not sound, and exports it all the same', async () => {
    const data = await dataOf('a', 'executor-a');
    const [first = ''] = journalsIn(data).toSorted().toReversed();
    rmSync(path.join(data, first));
    const { code, out } = await cli('audit', 'export', exported(), '--data', data);
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('NOT SOUND') });
    expect(journalsIn(path.join(exported(), 'local-1-a'))).toEqual(journalsIn(data));
  });

  it('gathers those of pods through kubectl exec', async () => {
    const [a, b] = [
      await dataOf('a', 'executor-fairlead-executor-0'),
      await dataOf('b', 'executor-fairlead-executor-1'),
    ];
    const seen = kubectl({ 'fairlead-executor-0': a, 'fairlead-executor-1': b });
    const made = await cli('audit', 'export', exported(), '--pods');
    expect(made).toMatchObject({ code: 0, err: '' });
    for (const [pod, data] of [
      ['fairlead-executor-0', a],
      ['fairlead-executor-1', b],
    ] as const) {
      for (const file of journalsIn(data)) {
        expect(readFileSync(path.join(exported(), pod, file))).toEqual(readFileSync(path.join(data, file)));
      }
    }
    expect(await cli('audit', 'verify', exported())).toMatchObject({ code: 0 });
    expect(readFileSync(seen, 'utf8').split('\n')).toEqual([
      '--namespace agent-system get pods --selector app.kubernetes.io/name=fairlead --output json',
      '--namespace agent-system exec fairlead-executor-0 -- fairlead audit export - --data /data',
      '--namespace agent-system exec fairlead-executor-1 -- fairlead audit export - --data /data',
      '',
    ]);
  }, 60_000);

  it('says who is missing where a pod cannot be reached, exports the others, and is never called whole', async () => {
    kubectl({ 'fairlead-executor-0': undefined, 'fairlead-gateway-0': await dataOf('g', 'gateway-g', 3) });
    const made = await cli('audit', 'export', exported(), '--pods');
    expect(made.code).toBe(1);
    expect(made.err).toMatch(/fairlead-executor-0: error: cannot exec into a container in a completed pod/);
    expect(made.out).toMatch(/NOT WHOLE: pod agent-system\/fairlead-executor-0/);
    const checked = await cli('audit', 'verify', exported());
    expect(checked.code).toBe(1);
    expect(checked.out).toMatch(/gateway-g\.jsonl: sound/);
    expect(checked.out).toMatch(/not whole: pod agent-system\/fairlead-executor-0 could not be asked/);
  }, 60_000);

  it('is as docs/AUDIT_TRAIL.md says, command by command', async () => {
    kubectl({
      'fairlead-executor-0': await dataOf('a', 'executor-a'),
      'fairlead-gateway-0': await dataOf('g', 'gateway-g', 3),
    });
    const page = readFileSync(path.join(ROOT, 'docs', 'AUDIT_TRAIL.md'), 'utf8');
    // The others are run where pages are.
    const [, block = ''] = /^```sh skip=pods\n(fairlead audit export[\s\S]*?)^```$/m.exec(page) ?? [];
    const commands = [...block.matchAll(/^fairlead (audit [^#\n]+)/gm)].map(([, line = '']) =>
      line
        .trim()
        .split(/\s+/)
        .map((word) => word.replace('audit-2026-11', exported())),
    );
    expect(commands).toHaveLength(3);
    for (const command of commands) expect(await cli(...command)).toMatchObject({ code: 0, err: '' });
  }, 60_000);

  it('says what is wrong with kubectl', async () => {
    process.env['PATH'] = path.join(dir, 'nowhere');
    const absent = await cli('audit', 'export', exported(), '--pods');
    expect(absent.err).toMatch(/kubectl get pods: there is no kubectl on the PATH/);
    process.env['PATH'] = PATH;
    kubectl({});
    const none = await cli('audit', 'export', exported(), '--pods');
    expect(none.err).toMatch(/namespace agent-system has no pod with the label app\.kubernetes\.io\/name=fairlead/);
  });
});
