import type { ComponentChildren } from 'preact';

/** A column head; `class` also decides what a narrow screen leaves out. */
export interface Column {
  readonly title: string;
  readonly class?: string;
}

/** On a phone the rows are stacked; the roles keep it a table for a screen reader even then. */
export function Table({
  columns,
  plain = false,
  extra = '',
  children,
}: {
  readonly columns: readonly Column[];
  readonly plain?: boolean;
  readonly extra?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <table role="table" class={`table table--fold${plain ? ' table--plain' : ''} ${extra}`}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.title} role="columnheader" class={column.class}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  );
}

export function Tr({ at = false, children }: { readonly at?: boolean; readonly children: ComponentChildren }) {
  return (
    <tr role="row" class={at ? 'at' : undefined}>
      {children}
    </tr>
  );
}

export function Td({
  class: name,
  th,
  children,
}: {
  readonly class?: string;
  /** The column's name, said before the value where there are no columns. */
  readonly th?: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <td role="cell" class={name} data-th={th}>
      {children}
    </td>
  );
}
