import { href } from '../lib/route.ts';
import { Icon, type IconName } from '../ui/icon.tsx';

const PAGES: readonly (readonly [string, string, IconName])[] = [
  ['blueprints', 'Blueprints', 'blueprint'],
  ['breakers', 'Breakers and pause', 'breakers'],
  ['queue', 'Notices', 'clock'],
  ['people', 'People, tokens, sign out', 'lock'],
];

/** What the tabs of a phone have no room for. */
export function MorePage() {
  return (
    <>
      <div class="head">
        <h1>More</h1>
      </div>
      <nav class="panel" aria-label="More pages">
        <ul class="menu">
          {PAGES.map(([page, word, icon]) => (
            <li key={page}>
              <a href={href([page])}>
                <Icon name={icon} />
                {word}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </>
  );
}
