import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../policy/decide.ts';
import { headline } from '../schema/headline.ts';
import { GRANTABLE } from '../schema/operation.ts';
import type { GateInput } from '../schema/verdict.ts';
import { BY_ANN, calmInput, idleInput, scaleTo } from '../testing/gateInput.ts';
import { gateInputs } from '../testing/gateInputs.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { alternativeLines } from './judge.ts';

const DELETION = { tool: 'delete_deployment', effect: 'unknown', args: {} } as const;
const ADVICE = expect.stringMatching(/^disable_ingress: .* \(advice only: no code executes it\)$/);

/** What is offered to whoever asked, on the state that the input shows, and that input as it is judged there. */
function offered({ frozen: _, admission: __, approval: ___, ...input }: GateInput) {
  const { request, now, ownNamespace, ...seen } = input;
  const asked = { ...input, admission: false };
  const object = { apiVersion: '', kind: 'Blueprint', metadata: { name: 'web' } };
  const view = { namespace: 'shop', name: 'web', object, ...seen };
  const { verdict } = decide(asked);
  return { asked, lines: alternativeLines({ clock: new ManualClock(now), ownNamespace }, { request, verdict, view }) };
}

const authority = (lists: Partial<NonNullable<GateInput['blueprint']>['authority']>) => ({
  authority: { allowed: [], requiresApproval: [], forbidden: [], ...lists },
});

describe('what is offered instead of what is refused', () => {
  it.each<{ when: string; input: GateInput; lines: unknown[] }>([
    {
      when: 'no pods at all is not granted either, which is said last',
      input: calmInput({ request: DELETION }),
      lines: [ADVICE, 'scale_to_zero: forbidden: the blueprint does not grant scale_to_zero'],
    },
    {
      when: 'people are asked for no pods at all',
      input: idleInput({
        request: { ...DELETION, ...BY_ANN },
        blueprint: authority({
          requiresApproval: [{ operation: 'scale_to_zero', condition: 'always', approvers: ['devops-team'] }],
        }),
      }),
      lines: [expect.stringMatching(/^scale_to_zero: restricted: needs approval by devops-team/), ADVICE],
    },
    {
      when: 'a smaller number is granted',
      input: calmInput({ request: scaleTo(12), blueprint: authority({ allowed: ['scale_within_limits'] }) }),
      lines: [expect.stringMatching(/^scale to 10: allowed/)],
    },
    {
      when: 'no number is granted',
      input: calmInput({ request: scaleTo(12), blueprint: authority({}) }),
      lines: [],
    },
  ])('is no number that is forbidden as well: $when (GATE-9)', ({ input, lines }) => {
    expect(offered(input).lines).toEqual(lines);
  });

  it('would get from the gate, for the same requester, the very verdict that it is shown with (GATE-9)', () => {
    let seen = 0;
    fc.assert(
      fc.property(gateInputs, fc.subarray([...GRANTABLE]), fc.nat(12), (input, allowed, most) => {
        const { blueprint } = input;
        if (blueprint === undefined) return;
        const given = { ...input, blueprint: { ...blueprint, ...authority({ allowed }) } };
        const { asked, lines } = offered({
          ...given,
          blueprint: { ...given.blueprint, scaling: { ...blueprint.scaling, maxReplicas: most } },
        });
        for (const line of lines.filter((one) => !one.includes('advice only'))) {
          seen += 1;
          const [, to, said = ''] = /^scale(?:_to_zero| to (\d+)): (.*)$/.exec(line) ?? [];
          const replicas = Number(to ?? 0);
          const wanted = { kind: 'scale', replicas } as const;
          const request = { ...asked.request, tool: 'scale', effect: 'change', args: { replicas }, wanted } as const;
          const { verdict } = decide({ ...asked, request });
          expect(verdict.authority === 'forbidden').toBe(to === undefined && said.startsWith('forbidden'));
          expect(headline(verdict)).toBe(said);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(seen).toBeGreaterThan(50);
  });
});
