/** Its name is the answer, its description the consequence. Off, it can still be reached and says so. */
export function AnswerButton({
  text,
  consequence,
  letter,
  off,
  go = false,
  later = false,
  onPress,
}: {
  readonly text: string;
  readonly consequence: string;
  readonly letter: string;
  readonly off: boolean;
  readonly go?: boolean;
  /** Lasting or rarer: one tap further on a phone. */
  readonly later?: boolean;
  readonly onPress: () => void;
}) {
  return (
    <div class={later ? 'answer later' : 'answer'}>
      <button
        class={go ? 'btn btn--go' : 'btn'}
        type="button"
        data-key={letter}
        aria-disabled={off ? 'true' : undefined}
        aria-describedby={off ? `off d-${letter}` : `d-${letter}`}
        onClick={onPress}
      >
        {text}
        <kbd aria-hidden="true">{letter.toUpperCase()}</kbd>
      </button>
      <p id={`d-${letter}`}>{consequence}</p>
    </div>
  );
}
