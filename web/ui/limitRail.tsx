import type { LimitRail as Rail } from '../../src/schema/api/common.ts';
import { railCells, railText } from '../lib/railCells.ts';

const STEP = 26;
const WIDTH = 18;

/** The signature: one cell per replica, the blueprint's range as a ring it may not leave, the hard ceiling as a stop. */
export function LimitRail({ rail }: { readonly rail: Rail }) {
  const cells = railCells(rail);
  if (cells === undefined) return <p class="small soft">{railText(rail)}</p>;
  // One scale for all rails: a small service has short ones, not big cells.
  const count = Math.max(cells.length, 12);
  const total = 8 + count * STEP;
  const x = (nth: number): number => 6 + (nth - 1) * STEP;
  const ringFrom = x(Math.max(rail.min, 1)) - 4;
  const ringTo = x(Math.max(rail.max, 1)) + WIDTH + 4;
  const ask = rail.asked;
  const first = cells.indexOf(ask !== undefined && ask < rail.current ? 'leave' : 'ask') + 1;
  // Where the names of the two ends would run into each other, one name says both.
  const tight = ringTo - ringFrom < 84;
  const stopped = rail.ceiling !== undefined && rail.ceiling > rail.max;
  const crowded = stopped && total - ringTo < 96;
  return (
    <svg class="limits" viewBox={`0 0 ${total} ${crowded ? 80 : 66}`} role="img" aria-label={railText(rail)}>
      {cells.map((cell, index) => (
        <rect
          key={index}
          class={cell === 'leave' ? 'ask' : cell}
          x={x(index + 1)}
          y={22}
          width={WIDTH}
          height={20}
          rx={3}
        />
      ))}
      {cells.map((cell, index) =>
        cell === 'ask' || cell === 'leave' ? (
          <path
            key={index}
            class="plus"
            d={`M${x(index + 1) + 5} 32h8${cell === 'ask' ? `M${x(index + 1) + 9} 28v8` : ''}`}
          />
        ) : null,
      )}
      {ask !== undefined && ask !== rail.current ? (
        <text class="t-ask" x={first > 0 ? Math.min(x(first), total - 70) : 6} y={13}>{`asks for ${ask}`}</text>
      ) : null}
      <rect class="ring" x={ringFrom} y={17} width={Math.max(ringTo - ringFrom, 8)} height={30} rx={7} />
      {tight ? (
        <text class="t-ring" x={Math.min(ringFrom + 1, total - 90)} y={62}>{`min ${rail.min}, max ${rail.max}`}</text>
      ) : (
        <>
          <text class="t-ring" x={ringFrom + 1} y={62}>{`min ${rail.min}`}</text>
          <text class="t-ring" x={ringTo - 2} y={62} text-anchor="end">{`max ${rail.max}`}</text>
        </>
      )}
      {stopped ? (
        <>
          <path class="stop" d={`M${x(rail.ceiling ?? 0) + WIDTH + 5} 18v28`} />
          <text
            class="t-stop"
            x={total - 2}
            y={crowded ? 77 : 62}
            text-anchor="end"
          >{`hard ceiling ${rail.ceiling}`}</text>
        </>
      ) : null}
    </svg>
  );
}

/** The same in a table row. */
export function LimitRow({ rail }: { readonly rail: Rail }) {
  const cells = railCells(rail)?.slice(0, Math.max(rail.current, rail.max, rail.asked ?? 0));
  const asks = rail.asked === undefined || rail.asked === rail.current ? '' : `, asks for ${rail.asked}`;
  const figures = (
    <small>
      {rail.current} of {rail.min}–{rail.max}
      {asks}
    </small>
  );
  if (cells === undefined || cells.length > 12) return figures;
  const x = (nth: number): number => 2 + (nth - 1) * 13;
  const from = x(Math.max(rail.min, 1)) - 1.5;
  return (
    <>
      <svg class="limits limits--row" viewBox={`0 0 ${4 + Math.max(cells.length, 10) * 13} 18`} aria-hidden="true">
        {cells.map((cell, index) => (
          <rect
            key={index}
            class={cell === 'leave' ? 'ask' : cell}
            x={x(index + 1)}
            y={4}
            width={10}
            height={10}
            rx={1.5}
          />
        ))}
        <rect class="ring" x={from} y={1} width={x(Math.max(rail.max, 1)) + 11.5 - from} height={16} rx={4} />
      </svg>
      {figures}
    </>
  );
}
