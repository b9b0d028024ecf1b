import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/faces/cli/version.ts';
import { cli, STACK_TRACE } from './cli.ts';

describe('the command line', () => {
  it('has the version of package.json', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as unknown;
    expect(manifest).toMatchObject({ version: VERSION });
  });

  it.each([
    ['--version', `${VERSION}\n`],
    ['version', `fairlead ${VERSION}\n`],
  ])('answers %s on stdout', async (argument, out) => {
    expect(await cli(argument)).toEqual({ code: 0, out, err: '' });
  });

  it('names every command in its help, on stdout', async () => {
    const { code, out, err } = await cli('--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const command of [
      'demo',
      'validate',
      'convert',
      'apply',
      'init',
      'install',
      'uninstall',
      'up',
      'run',
      'executor',
      'pause',
      'stop',
      'resume',
      'status',
      'decisions',
      'why',
      'what-if',
      'request',
      'audit',
      'doctor',
    ]) {
      expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
  });

  it('says what status puts in place of a number', async () => {
    const { out } = await cli('status', '--help');
    for (const word of ['stale', 'missing', 'implausible']) expect(out).toContain(`${word} (`);
    expect(out).toMatch(/^"-" under P95 and ERRORS: the blueprint sets no objective/m);
  });

  it.each<[string, string[], RegExp]>([
    ['no command', [], /Usage: fairlead/],
    ['a command that does not exist', ['nosuch'], /unknown command 'nosuch'/],
    ['a misspelt command', ['statsu'], /unknown command 'statsu'[\s\S]*Did you mean status\?/],
    ['an option that does not exist', ['status', '--nosuch'], /unknown option '--nosuch'/],
    ['an option that roles do not have', ['run', '-o', 'json'], /unknown option '-o'/],
    ['a missing argument', ['convert'], /missing required argument 'file'/],
    ['a format that does not exist', ['validate', '-o', 'xml', 'x'], /json, yaml/],
    ['a pause without a reason', ['pause', 'shop/web'], /required option '--reason <text>'/],
    ['a pause with an empty reason', ['pause', 'shop/web', '--reason', ' '], /--reason wants a few words/],
    ['a pause of nothing', ['pause', '--reason', 'x'], /pause wants one scope.*--all for the cluster/],
    ['a pause of a service and everything', ['pause', 'shop/web', '--all', '--reason', 'x'], /pause wants one scope/],
    [
      'a service without a namespace',
      ['status', 'web'],
      /"web" is no service: write namespace\/name, such as shop\/web/,
    ],
    [
      'a question about a service without a namespace',
      ['what-if', 'scale', 'web', '--replicas', '2'],
      /"web" is no service: write namespace\/name, such as shop\/web\n$/,
    ],
    ['a phase that does not exist', ['decisions', '--phase', 'Done'], /--phase Done: there are Pending, Refused/],
    [
      'a decision without a namespace',
      ['why', 'web-1'],
      /"web-1" is no decision: write namespace\/name, such as shop\/web-k3v9x0a1b2; fairlead decisions lists them/,
    ],
    ['what-if scale without a number', ['what-if', 'scale', 'shop/web'], /wants --replicas, a whole number/],
    ['what-if scale by half a pod', ['what-if', 'scale', 'shop/web', '--replicas', '2.5'], /a whole number/],
    ['what-if scale by nothing', ['what-if', 'scale', 'shop/web', '--replicas', ''], /wants --replicas/],
    [
      'what-if adjust_resources of nothing',
      ['what-if', 'adjust_resources', 'shop/web'],
      /at least one of --cpu-request/,
    ],
    [
      'what-if adjust_resources by words',
      ['what-if', 'adjust_resources', 'shop/web', '--cpu-limit', 'lots'],
      /quantities such as 500m/,
    ],
    ['what-if rollback to yesterday', ['what-if', 'rollback', 'shop/web', '--revision', 'x'], /takes --revision/],
    [
      'what-if restart of three',
      ['what-if', 'restart_pods', 'shop/web', '--replicas', '3'],
      /takes no flags of its own/,
    ],
    ['an interval of no unit', ['up', '--interval', '5'], /--interval 5: write a duration between 1s and 5m/],
    ['an interval too short', ['up', '--interval', '10ms'], /between 1s and 5m/],
    [
      'an endpoint that is no address',
      ['doctor', '--model-url', 'nonsense'],
      /--model-url is no http or https address/,
    ],
    ['an endpoint of another kind', ['doctor', '--model-url', 'ftp://x/v1'], /such as http:\/\/127.0.0.1:11434\/v1/],
    ['a model without an endpoint', ['doctor', '--model', 'x'], /no endpoint: set FAIRLEAD_MODEL_URL or --model-url/],
    ['a role for a namespace of no name', ['executor', '--only-namespace='], /--only-namespace.*lower case/],
    ['a namespace of no name', ['install', '--namespace', 'Shop'], /--namespace Shop: .*lower case/],
    ['an address that is none', ['install', '--model-url', 'ollama'], /--model-url ollama: write a whole/],
    ['a gateway without TLS', ['install', '--public-url', 'http://f.example.com'], /--public-url .*https/],
    ['a certificate for no name', ['install', '--tls'], /--tls: --public-url/],
    ['a range that is none', ['install', '--api-server-cidr', '10.0.0.1'], /--api-server-cidr 10.0.0.1/],
  ])('refuses %s with code 2, on stderr', async (_, argv, words) => {
    const { code, out, err } = await cli(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(words);
    expect(err).not.toMatch(STACK_TRACE);
  });
});
