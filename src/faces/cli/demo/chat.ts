import { expectThat, MINUTE, phasesOf, type Scenario } from './scenario.ts';

const WANTED = 4;

export const chat: Scenario = {
  number: 8,
  name: 'operator in chat',
  about:
    'dana asks in words, through an MCP client. The conversation is scripted, with rules in place of a model; server, gate and records are the real ones.',
  play: async (stage) => {
    const before = stage.replicas('checkout');
    const looked = await stage.says('dana', 'How is checkout?');
    const refused = await stage.says('dana', 'Delete checkout, we are replacing it.');
    const untouched = stage.writes().length === 0 && stage.replicas('checkout') === before;
    const asked = await stage.says('dana', `Then scale checkout to ${WANTED}, a campaign begins.`);
    await stage.traffic('checkout', `the campaign begins: CPU goes to 50% on ${WANTED} replicas`, {
      cpu: 0.5,
      at: WANTED,
    });
    await stage.untilDecided(4 * MINUTE);
    const decisions = stage.decisions();
    const calls = stage.records('call').filter(({ data }) => JSON.stringify(data).includes('fairlead-ask'));
    const isDanas = decisions.every(({ spec }) => spec.requester.kind === 'person' && spec.requester.name === 'dana');
    return [
      ...expectThat(looked.includes(`${before} of ${before} pods ready`), `the first reply: ${inShort(looked)}`),
      ...expectThat(refused.includes('scale_to_zero'), `no alternative was told: ${inShort(refused)}`),
      ...expectThat(untouched, 'something was written before anything was allowed'),
      ...expectThat(asked.includes('Allowed'), `the last reply: ${inShort(asked)}`),
      ...expectThat(
        phasesOf(decisions) === 'checkout delete_deployment Refused, checkout scale Succeeded' && isDanas,
        `decisions: ${phasesOf(decisions)}, wanted one refused and one that succeeded, in the name of dana`,
      ),
      ...expectThat(stage.replicas('checkout') === WANTED, `checkout has ${stage.replicas('checkout')} replicas`),
      ...expectThat(stage.writes().join() === 'checkout', `writes: ${stage.writes().join()}, wanted one to checkout`),
      ...expectThat(calls.length >= 4, `${calls.length} calls of the chat are on record`),
    ];
  },
};

const inShort = (reply: string): string => (reply.split('\n').at(-1) ?? '').slice(0, 120);
