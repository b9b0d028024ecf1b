/** An age as the API server puts it into its tables: `45s`, `3m12s`, `5h2m`, `2d3h`, `400d`. */
export function humanAge(since: string | null | undefined, now: number): string {
  const from = Date.parse(since ?? '');
  if (Number.isNaN(from)) return '<unknown>';
  const seconds = Math.floor((now - from) / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return both(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return both(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return both(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? both(years, 'y', days % 365, 'd') : `${years}y`;
}

const both = (large: number, unit: string, small: number, part: string): string =>
  small === 0 ? `${large}${unit}` : `${large}${unit}${small}${part}`;
