import { useEffect, useState } from 'preact/hooks';

import { isOnline, shownAsOf } from '../device/connection.ts';
import { isOpen, queue } from '../device/queue.ts';
import { blockedBy } from '../device/sending.ts';
import { openRelease, release } from '../device/worker.ts';
import { whenIdle } from '../kit/idle.ts';
import { instantInWords } from '../kit/time.ts';
import { addressOf } from '../route.ts';
import { words } from '../words.ts';

const say = words.offline;

/** What somebody has to know of the connection before they read on. Empty where all is well. */
export function Notice({ again }: { again: () => void }) {
  const asOf = shownAsOf.value;
  const open = queue.value.filter((each) => isOpen(each.state)).length;
  const refused = queue.value.filter((each) => each.state === 'refused').length;
  return (
    <div class="notice" role="status" aria-label={say.title}>
      {!isOnline.value && <p>{say.none}</p>}
      {asOf !== null && <AsOf at={asOf} again={again} />}
      {(open > 0 || refused > 0) && (
        <p>
          <a href={addressOf('device')}>
            {open > 0 && say.toSend(open)} {refused > 0 && say.refused(refused)}
          </a>{' '}
          {open > 0 && blockedBy.value === 'sign_in' && (
            <a href={`/signin?return_to=${encodeURIComponent(location.pathname)}`}>{say.blockedBy.sign_in}</a>
          )}
        </p>
      )}
      {release.value !== 'current' && (
        <p>
          {say.release[release.value]} <button onClick={() => void openRelease()}>{say.openRelease}</button>
        </p>
      )}
    </div>
  );
}

/** The time of what the page shows, written once the page is drawn: a slow phone takes a fifth of a second for its first
 * instant in words. */
function AsOf({ at, again }: { at: number; again: () => void }) {
  const [instant, setInstant] = useState<string>();
  useEffect(() => whenIdle(() => setInstant(instantInWords(new Date(at).toISOString()))), [at]);
  if (instant === undefined) return null;
  return (
    <p>
      {say.asOf(instant)} <button onClick={again}>{say.readAgain}</button>
    </p>
  );
}
