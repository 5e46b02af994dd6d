import { namedIn } from './draft.ts';
import { Versions } from './versions.tsx';
import { Version } from './version.tsx';

/** A prompt with all its versions, or one of them: `name`, or `name@version`. */
export function One({ id }: { id: string }) {
  const { name, version } = namedIn(id);
  return version === null ? <Versions name={name} /> : <Version name={name} number={version} />;
}
