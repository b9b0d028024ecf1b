import type { Result } from '../kernel/result.ts';

export interface FileRaise {
  readonly namespace: string;
  readonly name: string;
  /** Of the version that was approved; a file that says anything else is left alone. */
  readonly hash: string;
  /** `max_replicas`, before and after. */
  readonly from: number;
  readonly to: number;
  readonly version: { readonly from: string; readonly to: string };
}

export interface FileLine {
  readonly sign: '+' | '-' | ' ';
  readonly text: string;
}

/** The blueprints of a folder, as people wrote them. */
export interface BlueprintFiles {
  /**
   * Writes the new maximum and version into the one file that holds this blueprint, in one step, with comments and order as
   * they are. `absent`: no file holds it. An error leaves the file as it was.
   */
  raise(raise: FileRaise): Promise<Result<'written' | 'absent', string>>;
  /** What `raise` would change in that file, as the lines of a diff with a few around them. Writes nothing. */
  preview?(raise: FileRaise): Promise<Result<readonly FileLine[] | 'absent', string>>;
}
