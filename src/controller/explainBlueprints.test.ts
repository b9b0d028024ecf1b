import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../test/stages/executorStage.ts';
import { agentOf } from '../agents/agent.ts';
import { type Agents, RULE_AGENTS } from '../agents/agents.ts';
import { blueprintParser } from '../agents/roles/blueprintParser.ts';
import { loadRolePrompt } from '../agents/roles/role.ts';
import type { ChatModel } from '../ports/model.ts';
import { KINDS } from '../schema/kube.ts';
import { HostileModel } from '../testing/hostileModel.ts';
import { callsOf } from '../testing/modelReplies.ts';
import { ScriptedModel } from '../testing/scriptedModel.ts';
import { ExplainBlueprints } from './explainBlueprints.ts';

const PROMPTS = new URL('../../prompts/', import.meta.url).pathname;
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A service `shop/web` whose first version was explained already. */
async function open(model?: ChatModel) {
  const stage = await openStage();
  stages.push(stage);
  const { clock, log } = stage.deps;
  const asked = model && { model, prompt: loadRolePrompt(blueprintParser, PROMPTS), clock, log, withinMs: 90_000 };
  const agents: Agents = { ...RULE_AGENTS, ...(asked && { parser: agentOf(blueprintParser, asked) }) };
  const deps = { ...stage.deps, views: () => stage.observer.views(), decisions: () => [] };
  const first = new ExplainBlueprints({ ...deps, agents: RULE_AGENTS });
  const explain = new ExplainBlueprints({ ...deps, agents });
  const look = async (one = explain): Promise<void> => {
    one.look(stage.observer.views());
    await one.idle();
  };
  const write = async (change: (spec: Record<string, unknown>) => object): Promise<void> => {
    const object = stage.world.get(KINDS.Blueprint, 'shop', 'web');
    if (object === undefined) throw new Error('no blueprint');
    const { apiVersion, kind, metadata, spec } = object;
    const { name, namespace } = metadata;
    stage.world.apply({
      apiVersion,
      kind,
      metadata: { name, ...(namespace !== undefined && { namespace }) },
      spec: change(spec as Record<string, unknown>),
    });
    await stage.observe(1_000);
  };
  const events = () =>
    stage.world.objects
      .list(KINDS.Event, 'shop')
      .filter((event) => event['reportingController'] === 'fairlead.dev/controller')
      .map(({ reason, type, note, regarding }) => ({ reason, type, note: String(note), regarding }));
  const said = () => stage.journal.of('said').map(({ data }) => data);
  return { stage, explain, first, look, write, events, said };
}

const scaling = (spec: Record<string, unknown>, over: object): object => ({
  ...spec,
  version: '1.1.0',
  scaling: { ...(spec['scaling'] as object), ...over },
});

/** The API server cannot read conditions: this fault gets through to us. */
const broken = (spec: Record<string, unknown>, condition = 'target_replicas > '): object => ({
  ...spec,
  version: '1.2.0',
  governance: {
    agent_authority: {
      allowed_operations: ['scale_within_limits', 'restart_pods'],
      requires_approval: [{ operation: 'scale_beyond_limits', condition, approvers: ['devops-team'] }],
      forbidden_operations: ['delete_deployment'],
    },
  },
});

describe('what becomes of a blueprint', () => {
  it('is told once a version, on the Blueprint itself and in the journal: what a new one grants', async () => {
    const { look, events, said } = await open();
    await look();
    await look();
    expect(events()).toMatchObject([
      { reason: 'BlueprintRead', type: 'Normal', regarding: { kind: 'Blueprint', name: 'web', namespace: 'shop' } },
    ]);
    expect(events()[0]?.note).toMatch(/^blueprint shop\/web 1\.0\.0 is new and in force: .*2 to 6 replicas; allowed: /);
    expect(said()).toMatchObject([{ role: 'blueprint-parser', kind: 'new', origin: { model: 'rules planner' } }]);
  });

  it('is a warning that names what is widened first, in code’s words, whatever a model says of it', async () => {
    const harmless = callsOf(['explain', { text: 'A harmless change.' }]);
    const { look, write, events } = await open(new ScriptedModel(callsOf(['explain', { text: 'New.' }]), harmless));
    await look();
    await write((spec) => scaling(spec, { max_replicas: 40, min_replicas: 3 }));
    await look();
    const [, widened] = events();
    expect(widened).toMatchObject({ reason: 'BlueprintWidened', type: 'Warning' });
    expect(widened?.note).toMatch(
      /^blueprint shop\/web 1\.1\.0 is in force: scaling\.max_replicas: 6 to 40 \(wider\); /,
    );
    expect(widened?.note).toMatch(
      /\| in the words of a model \(scripted-1, blueprint-parser@1\), checked by nobody: «A harm/,
    );
  });

  it('costs no model call when nothing but the version moves, nor when it goes back to what is in force', async () => {
    const model = new ScriptedModel(callsOf(['explain', { text: 'New.' }]), callsOf(['explain', { text: 'Refused.' }]));
    const { look, write, said } = await open(model);
    await look();
    await write((spec) => ({ ...spec, version: '1.0.1' }));
    await look();
    await write((spec) => broken(spec));
    await look();
    await write((spec) => ({ ...broken(spec, 'target_replicas > max_replicas'), version: '1.0.1' }));
    await look();
    expect(said().map(({ kind }) => kind)).toEqual(['new', 'changed', 'refused']);
    model.assertSpent();
  });

  it('keeps a model’s draft in the journal when it mends the fault and nothing else, and changes no blueprint', async () => {
    const drafted = new ScriptedModel(callsOf(['explain', { text: 'New.' }]), async (request) => {
      const shown = /<data from="blueprint">\n([\s\S]*?)\n<\/data>/.exec(request.messages[1]?.content ?? '')?.[1] ?? '';
      return callsOf(['explain', { text: 'Too high.', yaml: shown.replace('"target_replicas > "', 'always') }]);
    });
    const { stage, look, write, events, said } = await open(drafted);
    await look();
    await write((spec) => broken(spec));
    const before = stage.world.get(KINDS.Blueprint, 'shop', 'web');
    await look();
    const [, refused] = said();
    expect(refused).toMatchObject({ kind: 'refused', draft: expect.stringContaining('condition: always') });
    expect(refused?.['draftChanges']).toEqual([
      expect.stringMatching(/^scale_beyond_limits: .* when always by devops-team/),
    ]);
    expect(events()[1]).toMatchObject({ reason: 'BlueprintExplained', type: 'Warning' });
    expect(events()[1]?.note).toContain('; to mend it: ');
    expect(stage.world.get(KINDS.Blueprint, 'shop', 'web')).toEqual(before);
  });

  it('waits for no model: the pass goes on, and the rules answer after the deadline', async () => {
    const { stage, explain, events } = await open(new HostileModel('hangs'));
    explain.look(stage.observer.views());
    expect(events()).toEqual([]);
    await stage.world.advance(90_000);
    await explain.idle();
    expect(events()).toHaveLength(1);
  });

  it.each(['floods', 'deletes the deployment', 'throws', 'answers a web page', 'sends a thousand calls at once'])(
    'is told by rules when the model %s',
    async (name) => {
      const { look, events, said } = await open(new HostileModel(name));
      await look();
      expect(events()).toHaveLength(1);
      expect(said()[0]?.['origin']).toMatchObject({ prompt: '', note: expect.stringMatching(/./) });
    },
  );

  it('asks nobody and tells nothing while the journal cannot be written, and catches up when it can', async () => {
    const model = new HostileModel('chats');
    const { stage, look, events } = await open(model);
    stage.journal.unwritable = 'disk full';
    await look();
    await look();
    expect([events(), model.asked]).toEqual([[], 0]);
    stage.journal.unwritable = undefined;
    await look();
    expect(events()).toHaveLength(1);
  });

  it('is not told again by a process that has just started, once the executor has put it on record', async () => {
    const { stage, look, said } = await open();
    await stage.executor.pass();
    await stage.observe(1_000);
    await look();
    expect(said()).toEqual([]);
  });

  it('of a change that came while nobody ran is compared with the version kept from before', async () => {
    const { stage, look, write, said } = await open();
    await stage.executor.pass();
    await write((spec) => scaling(spec, { max_replicas: 8 }));
    await look();
    expect(said()).toMatchObject([{ kind: 'changed', lines: ['scaling.max_replicas: 6 to 8 (wider)'] }]);
  });

  it('lets the gate judge and record what the model reads of a refused one, and nothing that it is not offered', async () => {
    const yaml = 'metadata: {name: web}';
    const model = new ScriptedModel(
      callsOf(['explain', { text: 'New.' }]),
      callsOf(['validate_blueprint', { yaml }]),
      callsOf(['get_logs', { service: 'shop/web', pod: null, lines: 5 }]),
      callsOf(['explain', { text: 'It is refused.', yaml: null }]),
    );
    const { stage, look, write, said } = await open(model);
    await look();
    await write((spec) => broken(spec));
    await look();
    const calls = stage.journal.of('call').map(({ data }) => (data['verdict'] as { authority: string }).authority);
    expect(calls).toEqual(['allowed', 'forbidden']);
    expect(said()[1]).toMatchObject({ words: 'It is refused.', origin: { steps: 3 } });
  });
});
