import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import { Problem, write, type FieldError, type Write } from '../api/call.ts';

/** Sends writes of the API: the same one sent again, while nothing was answered but refusals, is one with it. Throws as
 * `write` does. */
export function useWrite(): <T>(call: Write) => Promise<T> {
  const sent = useRef({ what: '', key: '' });
  return async <T,>(call: Write) => {
    const what = JSON.stringify(call);
    if (sent.current.what !== what) sent.current = { what, key: crypto.randomUUID() };
    const answer = await write<T>(call, sent.current.key);
    sent.current = { what: '', key: '' };
    return answer;
  };
}

interface Submitting {
  readonly form: RefObject<HTMLFormElement | null>;
  readonly submit: (event: Event) => void;
  readonly isSending: boolean;
  readonly problem: unknown;
  /** What is wrong with which field. */
  readonly errors: readonly FieldError[];
}

/** Sends what a form asks for, once at a time. The first field that is refused takes the focus. */
export function useSubmit<T>(request: () => Write, done: (answer: T) => void | Promise<void>): Submitting {
  const form = useRef<HTMLFormElement>(null);
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const send = useWrite();
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [problem]);
  const submit = async () => {
    setSending(true);
    setProblem(undefined);
    try {
      await done(await send<T>(request()));
    } catch (error) {
      setProblem(error);
    } finally {
      setSending(false);
    }
  };
  return {
    form,
    isSending,
    problem,
    errors: problem instanceof Problem ? problem.errors : [],
    submit: (event) => {
      event.preventDefault();
      if (!isSending) void submit();
    },
  };
}
