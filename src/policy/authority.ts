import type { Authority, Finding, Verdict } from '../schema/verdict.ts';

/** Forbidden over restricted over allowed. A matching approval lifts `restricted`, and nothing else. */
export function authorityOf(findings: readonly Finding[], approved: boolean): Authority {
  if (findings.some((finding) => finding.effect === 'forbid')) return 'forbidden';
  return !approved && findings.some((finding) => finding.effect === 'restrict') ? 'restricted' : 'allowed';
}

/** The latest *not before*; without an instant as soon as one of the waits has no known end. */
export function waitOf(findings: readonly Finding[]): Verdict['wait'] {
  const waits = findings.filter((finding) => finding.effect === 'wait');
  if (waits.length === 0) return undefined;
  const codes = [...new Set(waits.map((finding) => finding.code))];
  const ends = waits.flatMap((finding) => finding.notBefore ?? []);
  return ends.length === waits.length ? { until: Math.max(...ends), codes } : { codes };
}

/**
 * Who may approve: the groups that every restricting finding names. Where no group is named by all, any group named by
 * one, since each of them was named for exactly this.
 */
export function approversOf(findings: readonly Finding[]): readonly string[] {
  const lists = findings.flatMap((finding) => (finding.effect === 'restrict' ? [finding.approvers ?? []] : []));
  const all = [...new Set(lists.flat())];
  const common = all.filter((group) => lists.every((list) => list.includes(group)));
  return (common.length > 0 ? common : all).slice(0, 32);
}
