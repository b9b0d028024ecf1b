import type { ComponentChildren } from 'preact';
import { Mark } from './icon.tsx';

/** Pages before anybody is known. */
export function Gatehouse({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="gatehouse">
      <main>
        <Mark />
        <h1>{title}</h1>
        {children}
      </main>
      <footer class="tiny dim">Access and approver groups are given by an admin of this gateway.</footer>
    </div>
  );
}
