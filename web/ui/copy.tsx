import { useState } from 'preact/hooks';
import { shortHash } from '../lib/format.ts';
import { Icon } from './icon.tsx';

/** Copies the whole of what is shown short. */
export function Copy({ text, label }: { readonly text: string; readonly label: string }) {
  const [done, setDone] = useState<'no' | 'yes' | 'failed'>('no');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setDone('yes');
    } catch {
      // No clipboard on a plain-HTTP page elsewhere: then the whole text is shown to be marked by hand.
      setDone('failed');
    }
  };
  if (done === 'failed') return <code class="wrap">{text}</code>;
  return (
    <button
      class="copy"
      type="button"
      aria-label={done === 'yes' ? `${label}: copied` : label}
      onClick={() => void copy()}
    >
      <Icon name={done === 'yes' ? 'verified' : 'copy'} small />
    </button>
  );
}

export function Hash({
  hash,
  what,
  short = false,
}: {
  readonly hash: string;
  readonly what: string;
  readonly short?: boolean;
}) {
  return (
    <span class="nowrap">
      <code>{shortHash(hash, short ? 2 : 3)}</code> <Copy text={hash} label={`Copy ${what}`} />
    </span>
  );
}
