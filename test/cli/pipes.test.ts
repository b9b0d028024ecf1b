import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = path.join(import.meta.dirname, '..', '..', 'bin', 'fairlead');
/** Starts late, so that the pipe is full long before it reads. */
const SLOW_READER = `"${process.execPath}" -e "process.stdin.pipe(process.stdout)"`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'fairlead-pipes-'));
  mkdirSync(path.join(dir, 'good'));
  mkdirSync(path.join(dir, 'bad'));
  for (let n = 0; n < 600; n += 1) {
    const text = `metadata: { name: web-${n}, version: 1.0.0 }
spec:
  scaling: { min_replicas: 2, max_replicas: 10, target_cpu_utilization: 70%, scale_up_threshold: 80%, scale_down_threshold: 40% }
governance: { agent_authority: { allowed_operations: [scale_within_limits] } }
`;
    writeFileSync(path.join(dir, 'good', `${n}.yaml`), text);
    writeFileSync(path.join(dir, 'bad', `${n}.yaml`), text.replace('70%', '70').replace('version', 'vesion'));
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs in a shell, so that the pipes are real ones; answers with the program's exit code and its stderr. */
function shell(command: string, then: string): { code: number; err: string } {
  const [code, err] = [path.join(dir, 'code'), path.join(dir, 'err')];
  execFileSync('sh', ['-c', `{ "${process.execPath}" "${BIN}" ${command} 2>"${err}"; echo $? >"${code}"; } ${then}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60_000,
  });
  return { code: Number(readFileSync(code, 'utf8')), err: readFileSync(err, 'utf8') };
}

describe('in a pipe', () => {
  it.each([
    { command: 'validate -o json', folder: 'bad', code: 1 },
    { command: 'validate', folder: 'bad', code: 1 },
    { command: 'validate -v', folder: 'good', code: 0 },
  ])('fairlead $command gives the same bytes as in a file, and exits $code', ({ command, folder, code }) => {
    const call = `${command} "${path.join(dir, folder)}"`;
    const [inFile, inPipe] = [path.join(dir, 'a'), path.join(dir, 'b')];
    expect(shell(call, `> "${inFile}"`)).toEqual({ code, err: '' });
    expect(shell(call, `| ${SLOW_READER} > "${inPipe}"`)).toEqual({ code, err: '' });
    const bytes = readFileSync(inFile);
    expect(bytes.length).toBeGreaterThan(2 * 65_536);
    expect(readFileSync(inPipe).equals(bytes)).toBe(true);
  });

  it.each([
    { command: 'validate -o json', folder: 'bad', code: 1 },
    { command: 'validate -v', folder: 'good', code: 0 },
  ])('fairlead $command takes a reader that goes away for no error', ({ command, folder, code }) => {
    expect(shell(`${command} "${path.join(dir, folder)}"`, '| head -1')).toEqual({ code, err: '' });
  });

  it('draws no colours and no control characters where nobody looks', () => {
    const out = path.join(dir, 'help');
    expect(shell('--help', `| cat > "${out}"`)).toEqual({ code: 0, err: '' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(readFileSync(out, 'utf8')).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
