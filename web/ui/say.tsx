import { useEffect, useState } from 'preact/hooks';

let speak: (text: string) => void = () => {};

/** Says one thing to a screen reader, politely: new request, one minute left, answered. */
export const say = (text: string): void => speak(text);

export function Speaker() {
  const [text, setText] = useState('');
  useEffect(() => {
    speak = setText;
    return () => {
      speak = () => {};
    };
  }, []);
  return (
    <p class="sr" role="status" aria-live="polite" data-say>
      {text}
    </p>
  );
}
