import { isoInstant } from '../../kernel/instant.ts';
import type { Verdict } from '../../schema/verdict.ts';
import { ours } from './told.ts';

/** What whoever asked can do now, in one sentence. `instead`: what is offered in place of it, each with its verdict. */
export function nextOf({ authority, wait, approvers, findings }: Verdict, instead: readonly string[]): string {
  const isWay = instead.some((line) => !/: forbidden\b/.test(line));
  const later = wait?.until === undefined ? 'when what it waits for has cleared' : `after ${isoInstant(wait.until)}`;
  switch (authority) {
    case 'forbidden':
      return findings.some(
        ({ code }) => code === 'NotGranted' || code === 'NotExecutable' || code === 'UnknownOperation',
      )
        ? `Do not ask for it again: ${noGrant(findings)} ${isWay ? 'Ask for what stands under instead, or tell' : 'Tell'} the person.`
        : 'Do not ask for it again as it is: tell the person which rule refused it and why.';
    case 'restricted':
      return `It needs approval by ${approvers.map((group) => ours(group, 100)).join(', ')}, on the page: fairlead_propose asks them. You cannot approve it.`;
    case 'allowed':
      return wait === undefined
        ? 'fairlead_propose asks for it; the executor judges it once more before anything is done.'
        : `It may happen ${later}: propose it then, or propose it now and it waits.`;
  }
}

/** What nobody can grant is not said to be a matter of the blueprint. */
const noGrant = (findings: Verdict['findings']): string =>
  findings.some(({ code }) => code === 'UnknownOperation')
    ? 'there is no such operation.'
    : 'only people who change the blueprint can grant it.';
