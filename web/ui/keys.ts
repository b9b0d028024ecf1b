const SWITCH = 'fairlead.keys';

export const keysOn = (): boolean => localStorage.getItem(SWITCH) !== 'off';
export const switchKeys = (on: boolean): void => localStorage.setItem(SWITCH, on ? 'on' : 'off');

/** Letters only move the focus; Enter decides. They are off while somebody types, in a dialog, and when switched off. */
export function watchKeys(onHelp: () => void): () => void {
  const pressed = (event: KeyboardEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target?.closest('input, textarea, select, dialog[open]') != null || !keysOn()) return;
    if (event.key === '?') {
      onHelp();
      return;
    }
    const moved = event.key === '/' ? focusOn('[data-search]') : letter(event.key.toLowerCase());
    if (moved) event.preventDefault();
  };
  addEventListener('keydown', pressed);
  return () => removeEventListener('keydown', pressed);
}

function letter(key: string): boolean {
  if (!/^[a-z]$/.test(key)) return false;
  if (focusOn(`[data-key="${key}"]`)) return true;
  return key === 'j' ? step(1) : key === 'k' ? step(-1) : false;
}

/** From row to row; the row in focus is the one that Enter opens. */
function step(by: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  if (rows.length === 0) return false;
  const at = rows.findIndex((row) => row.isSameNode(document.activeElement));
  const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  return next !== undefined;
}

function focusOn(selector: string): boolean {
  const found = document.querySelector<HTMLElement>(selector);
  found?.focus();
  return found !== null;
}
