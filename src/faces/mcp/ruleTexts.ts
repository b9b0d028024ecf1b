import { RULE_NAMES } from '../../gateway/views/ruleNames.ts';
import type { RuleId } from '../../schema/verdict.ts';

interface RuleText {
  /** What it holds back. */
  readonly holds: string;
  /** What somebody can do who meets it. */
  readonly advice: string;
}

/** The rules of the gate as a person asks about them; the numbers are the defaults that a blueprint can make stricter. */
const TEXTS: Readonly<Record<RuleId, RuleText>> = {
  G0: {
    holds: 'What no blueprint grants: an operation is allowed, restricted or forbidden by its lists alone.',
    advice:
      'Ask for what is granted. People who change the blueprint can grant more; an approval lifts restricted, never forbidden.',
  },
  G1: {
    holds: 'A field that an autoscaler or a GitOps tool steers, and for 15 minutes a field that somebody else changed.',
    advice: 'Change it where its owner takes it from, or wait.',
  },
  G2: {
    holds: 'Changes that a PodDisruptionBudget does not let happen.',
    advice: 'Wait until a disruption is allowed, or mend the pods that are not ready.',
  },
  G3: {
    holds: 'Changes on stale evidence.',
    advice: 'Mend the metrics; a scale-up needs only the signal that argues for it.',
  },
  G4: { holds: 'Changes on numbers that too few pods stand behind.', advice: 'Wait for samples of more pods.' },
  G5: {
    holds: 'Taking a missing or impossible value for zero.',
    advice: 'Mend the signal; scale-ups stay possible on others.',
  },
  G6: { holds: 'Scaling down a service that only looks idle because it fails.', advice: 'Mend what fails first.' },
  G7: {
    holds: 'Changes while a rollout is under way, paused or just completed.',
    advice: 'Wait until it is over; the rollback of a rollout whose new pods all fail passes.',
  },
  G8: {
    holds: 'Steps that are too large, and anything above a hard ceiling.',
    advice:
      'Nothing: one write goes part of the way and the next follow. Nothing lifts a ceiling but the global rules.',
  },
  G9: {
    holds: 'An agent scaling down below what the last minutes needed.',
    advice: 'Wait until the window has passed.',
  },
  G10: { holds: 'Scaling down to where the highest load would be too much.', advice: 'Ask for a larger number.' },
  G11: {
    holds: 'Going back and forth.',
    advice: 'Wait five minutes; three reversals in half an hour stop scale-downs for one.',
  },
  G12: {
    holds:
      'More than the cooldown (60 s from the last write), the hourly budget (10 operations), the fleet or the shared capacity leave room for.',
    advice: 'Wait until the instant in not_before. Nobody can lift it by approving.',
  },
  G13: { holds: 'Disruptive changes while much fails at once.', advice: 'Find what is common. Scale-ups go on.' },
  G14: {
    holds: 'A call that names no one real, labelled and governed Deployment.',
    advice: 'Name one service of the overview; a new one needs a blueprint and the label.',
  },
  G15: {
    holds: 'Changing the request that drives the number of replicas.',
    advice: 'Change the number of replicas, or the blueprint.',
  },
  G16: {
    holds: 'Resources outside the bounds of the blueprint, too large steps, and what no node or quota has room for.',
    advice: 'Ask for values inside the bounds.',
  },
  G17: {
    holds: 'An undo that would not put back exactly what stood there.',
    advice: 'A person has to look: something else changed the object since.',
  },
  G18: {
    holds: 'A plan that was made on other ground than what stands there now.',
    advice: 'Look again and ask anew.',
  },
  G19: {
    holds: 'Everything while the breaker is open: three changes in a row failed, or a person holds it.',
    advice: 'Find out why they failed. It tries again by itself; one that a person holds is released by people.',
  },
  G20: {
    holds:
      'Changes under a pause, a stop, a freeze window or a freeze after a failed undo, and whatever exceeds the autonomy.',
    advice: 'Ask who paused it. People resume, on the page or at the prompt.',
  },
  G21: {
    holds: 'Changes that the evidence speaks against, such as a scale-down while an objective is missed.',
    advice: 'Look at the evidence; do what it argues for.',
  },
  G22: {
    holds: 'Reaching for kube-system, our own namespace, secrets, rights, nodes or webhooks.',
    advice: 'Nothing here can do it, whoever approves.',
  },
  G23: {
    holds: 'A second change while one is under way.',
    advice: 'Wait until it is verified; a scale-up under pressure takes its place.',
  },
};

/** One rule in Markdown; undefined: there is none of that name. */
export function ruleText(id: string): string | undefined {
  const known = Object.entries(TEXTS).find(([rule]) => rule === id.toUpperCase());
  if (known === undefined) return undefined;
  const [rule, { holds, advice }] = known;
  return `## ${rule} ${RULE_NAMES[rule as RuleId]}\n\nHolds back: ${holds}\n\nWhat to do: ${advice}\n`;
}

export const RULES_PAGE = [
  '# The rules of the gate\n\nEvery call meets all of them, whoever makes it: an agent, a person, a chat. A verdict lists every finding.\n',
  ...Object.keys(TEXTS).flatMap((id) => ruleText(id) ?? []),
].join('\n');

export const RULE_NUMBERS: readonly string[] = Object.keys(TEXTS);
