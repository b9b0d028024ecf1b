import type { Seen } from '../seen.ts';

/** Everything written on a surface. The audit is the journals and the records in the cluster. */
export function surfaceText(seen: Seen, surface: 'reply' | 'audit' | 'log'): string {
  switch (surface) {
    case 'reply':
      return seen.replies.map((reply) => reply?.text ?? '').join('\n');
    case 'log':
      return seen.log.join('\n');
    case 'audit':
      return [
        ...seen.journals.flatMap(({ lines }) => lines),
        ...[...seen.decisions, ...seen.events, ...seen.approvals.map(({ object }) => object)].map((o) =>
          JSON.stringify(o),
        ),
      ].join('\n');
  }
}
