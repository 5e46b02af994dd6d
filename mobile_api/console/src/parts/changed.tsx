import { useEffect, useRef, useState } from 'preact/hooks';

/** What was changed on a page, and how often: with `turn` as its key a list is read anew. */
export function useChanged(): { turn: number; said: string; changed: (said: string) => void } {
  const [{ turn, said }, set] = useState({ turn: 0, said: '' });
  return { turn, said, changed: (next) => set({ turn: turn + 1, said: next }) };
}

/** Says what was done, also to a screen reader, and takes the focus from the form that is gone. */
export function Said({ turn, said }: { turn: number; said: string }) {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (turn > 0) line.current?.focus();
  }, [turn]);
  return (
    <p role="status" class="said" tabIndex={-1} ref={line}>
      {said}
    </p>
  );
}
