import { useState } from 'preact/hooks';

const KEY = 'fairlead.theme';
const LOOKS = [
  ['', 'As the device'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;

/** Before the first paint: what this device was told last time. */
export function wearTheme(): void {
  const look = localStorage.getItem(KEY) ?? '';
  if (look === 'light' || look === 'dark') document.documentElement.dataset['theme'] = look;
  else delete document.documentElement.dataset['theme'];
}

export function Theme() {
  const [look, setLook] = useState(localStorage.getItem(KEY) ?? '');
  return (
    <span class="seg" role="group" aria-label="Look">
      {LOOKS.map(([value, word]) => (
        <button
          key={value}
          type="button"
          aria-pressed={look === value}
          onClick={() => {
            localStorage.setItem(KEY, value);
            setLook(value);
            wearTheme();
          }}
        >
          {word}
        </button>
      ))}
    </span>
  );
}
