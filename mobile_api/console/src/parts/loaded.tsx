import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

import { isUnreachable, Problem, type FieldError } from '../api/call.ts';
import { NoCrypto } from '../kit/bytes.ts';
import { SignedOut } from '../session.ts';
import { words } from '../words.ts';

interface Properties<T> {
  read: () => Promise<T>;
  children: (found: T, again: (read: () => Promise<T>) => void) => ComponentChildren;
}

/** What a read gives, once it is there; else that it is on its way, or why it is not. What is shown
 * stays until another read, by `again`, has given more. */
export function Loaded<T>({ read, children }: Properties<T>) {
  const [found, setFound] = useState<T>();
  const [problem, setProblem] = useState<unknown>();
  const load = (from: () => Promise<T>) => {
    setProblem(undefined);
    from().then(setFound, setProblem);
  };
  // Asks before the browser draws that it is loading.
  useLayoutEffect(() => load(read), []);
  if (problem !== undefined) return <Trouble problem={problem} again={() => load(read)} />;
  if (found === undefined) return <p role="status">{words.loading}</p>;
  return <>{children(found, load)}</>;
}

interface TroubleProperties {
  problem: unknown;
  again?: () => void;
  /** Those of its errors that are shown nowhere else: all, where it is left out. */
  errors?: readonly FieldError[];
}

/** Why something did not work, and what to do. */
export function Trouble({ problem, again, errors: shown }: TroubleProperties) {
  if (problem instanceof SignedOut) {
    const back = encodeURIComponent(location.pathname + location.search);
    return (
      <p role="alert">
        {words.signedOut} <a href={`/signin?return_to=${back}`}>{words.signIn}</a>
      </p>
    );
  }
  const said = wordsOf(problem);
  const code = problem instanceof Problem ? problem.code : undefined;
  const all = shown ?? (problem instanceof Problem ? problem.errors : []);
  // One is in the sentence already, and several are read better below one another than in it.
  const errors = all.length === 1 && said.includes(all[0]!.message) ? [] : all;
  return (
    <div role="alert" data-code={code}>
      <p>
        {code === 'invalid' && errors.length > 1 ? words.form.mistakes : said} {again && <button onClick={again}>{words.again}</button>}
      </p>
      {errors.length > 0 && (
        <ul>
          {errors.map((each) => (
            <li>
              <code>{each.field}</code> {each.message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function wordsOf(problem: unknown): string {
  if (problem instanceof NoCrypto) return words.noCrypto;
  const isSilent = isUnreachable(problem) && !(problem instanceof Problem);
  return isSilent ? words.unreachable : String((problem as Error).message);
}
