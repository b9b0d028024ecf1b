/** How a script's canonical calls are written for whoever asked the played endpoint. */
export interface Rendering {
  call(operation: string, args: unknown): { readonly name: string; readonly args: unknown };
  /** Arguments that a script gives as text, which need not be any form at all. */
  raw(operation: string, text: string): { readonly name: string; readonly text: string };
}
