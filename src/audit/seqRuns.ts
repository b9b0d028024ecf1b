/** Which record numbers were seen, and in which line first: one entry for a whole run of neighbours. */
export class SeqRuns {
  readonly #runs: { readonly seq: number; readonly line: number; count: number }[] = [];

  add(seq: number, line: number): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && seq === last.seq + last.count && line === last.line + last.count) last.count += 1;
    else this.#runs.push({ seq, line, count: 1 });
  }

  lineOf(seq: number): number | undefined {
    const run = this.#runs.find((one) => seq >= one.seq && seq < one.seq + one.count);
    return run === undefined ? undefined : run.line + (seq - run.seq);
  }
}
