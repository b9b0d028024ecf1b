import { useState } from 'preact/hooks';
import { Dialog } from './dialog.tsx';
import { keysOn, switchKeys } from './keys.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['J K', 'move between requests or rows'],
  ['Enter', 'open, or press what is in focus'],
  ['A', 'to “Approve once”'],
  ['B', 'to “Approve and raise blueprint”'],
  ['R', 'to “Reject”'],
  ['L', 'to the alternatives'],
  ['E', 'to “Evaluate again”'],
  ['/', 'to the search'],
  ['?', 'this list'],
  ['Esc', 'close'],
];

export function Help({ onClose }: { readonly onClose: () => void }) {
  const [on, setOn] = useState(keysOn());
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div class="help">
        <p class="small soft">Letters only move the focus. Enter decides, so no stray key can.</p>
        <dl>
          {KEYS.map(([key, what]) => (
            <>
              <dt key={key}>
                {key.split(' ').map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </dt>
              <dd>{what}</dd>
            </>
          ))}
        </dl>
        <label class="choice">
          <input
            type="checkbox"
            checked={on}
            onChange={(event) => {
              switchKeys(event.currentTarget.checked);
              setOn(event.currentTarget.checked);
            }}
          />
          Letters are on, on this device
        </label>
        <div class="row row--end gap">
          <button class="btn btn--go" type="button" onClick={onClose}>
            Close
          </button>
        </div>
      </div>
    </Dialog>
  );
}
