import type { ComponentChildren } from 'preact';
import type { Risk } from '../../src/schema/api/common.ts';
import type { BreakerView, ServiceSummary } from '../../src/schema/api/services.ts';
import { capital, spoken } from '../lib/format.ts';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'allowed' | 'restricted' | 'forbidden' | 'deferred' | 'healthy' | 'breached' | 'plain';

/** A word with a sign whose shape says the same without colour. */
export function Tag({
  tone,
  icon,
  fill = false,
  children,
}: {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly fill?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <span class={`tag${fill ? ' tag--fill' : ''} is-${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

export function VerdictTag({ verdict }: { readonly verdict: 'allowed' | 'restricted' | 'forbidden' | 'deferred' }) {
  return (
    <Tag tone={verdict} icon={verdict}>
      {capital(verdict)}
    </Tag>
  );
}

type State = ServiceSummary['state'];
const STATE_TONE: Readonly<Record<State, Tone>> = {
  healthy: 'healthy',
  breached: 'breached',
  blind: 'plain',
  missing: 'plain',
  refused: 'forbidden',
};
const STATE_ICON: Readonly<Record<State, IconName>> = {
  healthy: 'healthy',
  breached: 'breached',
  blind: 'unknown',
  missing: 'unknown',
  refused: 'forbidden',
};

export function StateTag({ state, fill = false }: { readonly state: State; readonly fill?: boolean }) {
  return (
    <Tag tone={STATE_TONE[state]} icon={STATE_ICON[state]} fill={fill}>
      {capital(state)}
    </Tag>
  );
}

const BREAKER: Readonly<Record<BreakerView['state'], readonly [Tone, IconName, string]>> = {
  closed: ['plain', 'closed', 'Closed'],
  'half-open': ['restricted', 'half', 'Half open'],
  open: ['breached', 'open', 'Open'],
  held: ['breached', 'open', 'Held open'],
  frozen: ['breached', 'lock', 'Frozen'],
};

export function BreakerTag({ state }: { readonly state: BreakerView['state'] }) {
  const [tone, icon, word] = BREAKER[state];
  return (
    <Tag tone={tone} icon={icon}>
      {word}
    </Tag>
  );
}

const RISKS: readonly Risk[] = ['low', 'medium', 'high', 'gravest'];
const BARS = [
  { x: 0.5, y: 8.5, height: 3 },
  { x: 6.5, y: 6, height: 5.5 },
  { x: 12.5, y: 3.5, height: 8 },
  { x: 18.5, y: 1, height: 10.5 },
];

/** An ordinal is counted in bars. */
export function RiskMeter({ risk }: { readonly risk: Risk }) {
  const level = RISKS.indexOf(risk);
  return (
    <span class="risk">
      <svg width="22" height="12" aria-hidden="true">
        {BARS.map((bar, index) => (
          <rect key={bar.x} {...bar} width={3} rx={0.5} class={index <= level ? 'on' : undefined} />
        ))}
      </svg>
      {capital(risk)} risk
    </span>
  );
}

/** How a change ended, by the word the gateway gives: the sign follows the word, never the other way round. */
export function OutcomeTag({ outcome, fill = false }: { readonly outcome: string; readonly fill?: boolean }) {
  const words = /^[A-Z][a-z]+[A-Z]/.test(outcome) ? spoken(outcome) : outcome;
  const { tone, icon } = signOf(words.toLowerCase());
  return (
    <Tag tone={tone} icon={icon} fill={fill}>
      {capital(words)}
    </Tag>
  );
}

function signOf(words: string): { readonly tone: Tone; readonly icon: IconName } {
  if (/undone|undo|rolled back|reverted/.test(words)) return { tone: 'plain', icon: 'undone' };
  if (/verified|succeeded|passed/.test(words)) return { tone: 'healthy', icon: 'verified' };
  if (/expired|wait|pending|verifying|executing/.test(words)) return { tone: 'plain', icon: 'clock' };
  if (/superseded|moved|out of date/.test(words)) return { tone: 'plain', icon: 'moved' };
  return { tone: 'plain', icon: 'failed' };
}
