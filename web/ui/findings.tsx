import type { FindingView } from '../../src/schema/api/common.ts';
import { capital, counted } from '../lib/format.ts';
import { Icon, type IconName } from './icon.tsx';

const ICON: Readonly<Record<FindingView['effect'], IconName>> = {
  forbid: 'forbidden',
  restrict: 'restricted',
  wait: 'deferred',
  note: 'info',
};
const TONE = { forbid: 'forbidden', restrict: 'restricted', wait: 'deferred', note: 'plain' } as const;

/** A rule's own words, with the values it compared. */
export function Finding({ finding }: { readonly finding: FindingView }) {
  const values = Object.entries(finding.values);
  return (
    <div class="rule">
      <span class={`is-${TONE[finding.effect]}`}>
        <Icon name={ICON[finding.effect]} />
      </span>
      <p class="wrap">
        <b>{capital(finding.about ?? finding.rule)}</b>{' '}
        {finding.about === undefined ? null : <code>{finding.rule}</code>} {finding.message}
        {values.length === 0 ? null : (
          <>
            <br />
            <span class="dim">{values.map(([name, value]) => `${name} ${value}`).join(' · ')}</span>
          </>
        )}
      </p>
    </div>
  );
}

export function Passed({ rules }: { readonly rules: readonly string[] }) {
  if (rules.length === 0) return null;
  return (
    <details>
      <summary>{counted(rules.length, 'rule that passes', 'rules that pass')}</summary>
      <ul class="rules">
        {rules.map((rule) => (
          <li key={rule}>
            <Icon name="verified" small />
            <span class="wrap">{capital(rule)}</span>
            <span />
          </li>
        ))}
      </ul>
    </details>
  );
}
