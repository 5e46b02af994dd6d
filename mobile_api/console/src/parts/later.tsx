import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { words } from '../words.ts';
import { Trouble } from './loaded.tsx';

/** A page whose script is loaded when it is opened. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  return function Later(properties: P) {
    const [, setLoaded] = useState(known !== undefined);
    const [problem, setProblem] = useState<unknown>();
    const ask = () => {
      setProblem(undefined);
      load().then((found) => {
        known = found;
        setLoaded(true);
      }, setProblem);
    };
    useEffect(() => {
      if (known === undefined) ask();
    }, []);
    if (known !== undefined) {
      const Page = known;
      return <Page {...properties} />;
    }
    return problem === undefined ? <p role="status">{words.loading}</p> : <Trouble problem={problem} again={ask} />;
  };
}
