import type { Words as Said } from '../../src/schema/api/common.ts';
import { Icon } from './icon.tsx';

/** What a model or a person wrote: quoted, behind a rule, as plain text. It is never a link, a label or a button. */
export function Words({ said, person = false }: { readonly said: Said; readonly person?: boolean }) {
  const seconds = said.seconds === undefined ? '' : ` · ${said.seconds} s`;
  const tokens = said.tokens === undefined ? '' : ` · ${said.tokens.toLocaleString('en-GB')} tokens`;
  const cost = said.cost === undefined ? '' : ` · USD ${said.cost}`;
  return (
    <blockquote class="words">
      <p class="label">
        <Icon name="quote" small />
        {person ? 'A person’s words' : 'Agent’s words, not checked by anyone'}
      </p>
      <p class="wrap">“{said.text}”</p>
      <footer class="wrap">
        {said.by}
        {said.model === undefined ? '' : ` · ${said.model}`}
        {said.prompt === undefined ? '' : ` · prompt ${said.prompt}`}
        {tokens}
        {seconds}
        {cost}
        {person ? '' : ' · plays no part in any rule'}
      </footer>
    </blockquote>
  );
}
