import type { ComponentChildren } from 'preact';
import type { Risk } from '../../src/schema/api/common.ts';
import type { BreakerView, ServiceSummary } from '../../src/schema/api/services.ts';
import { capital } from '../lib/format.ts';
import { type Ended, endedHow, splitOutcome } from '../lib/outcome.ts';
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

const ENDED: Readonly<Record<Ended, readonly [Tone, IconName]>> = {
  undone: ['plain', 'undone'],
  good: ['healthy', 'verified'],
  waiting: ['plain', 'clock'],
  moved: ['plain', 'moved'],
  none: ['plain', 'failed'],
};

/** How it ended: the sign follows the gateway's word, never the other way round. Further words stand below. */
export function OutcomeTag({ outcome, fill = false }: { readonly outcome: string; readonly fill?: boolean }) {
  const { head, rest } = splitOutcome(outcome);
  const [tone, icon] = ENDED[endedHow(outcome)];
  return (
    <>
      <Tag tone={tone} icon={icon} fill={fill}>
        <span class="head-word">{head}</span>
      </Tag>
      {rest === '' ? null : <small class="wrap">{rest}</small>}
    </>
  );
}
