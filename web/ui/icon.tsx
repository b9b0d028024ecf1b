export type IconName =
  | 'allowed'
  | 'arrow'
  | 'audit'
  | 'blueprint'
  | 'breached'
  | 'breakers'
  | 'clock'
  | 'closed'
  | 'copy'
  | 'decisions'
  | 'deferred'
  | 'failed'
  | 'forbidden'
  | 'half'
  | 'healthy'
  | 'inbox'
  | 'info'
  | 'lock'
  | 'more'
  | 'moved'
  | 'open'
  | 'paused'
  | 'quote'
  | 'restricted'
  | 'services'
  | 'spin'
  | 'undone'
  | 'unknown'
  | 'verified';

/** A sign from the sprite in index.html. It never stands alone: the word beside it says the same. */
export function Icon({ name, small = false }: { readonly name: IconName; readonly small?: boolean }) {
  return (
    <svg class={small ? 'i i--s' : 'i'} viewBox="0 0 16 16" aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <use href="#mark" />
    </svg>
  );
}
