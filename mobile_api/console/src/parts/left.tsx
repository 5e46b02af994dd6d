import { useEffect, useState } from 'preact/hooks';

import { serverNow } from '../api/call.ts';
import { spanInWords } from '../kit/time.ts';

interface Properties {
  until: string;
  say: (left: string) => string;
  over: string;
}

/** How long something is still possible, by the server's clock. */
export function Left({ until, say, over }: Properties) {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = (Date.parse(until) - now) / 1000;
  return <span role="timer">{seconds > 0 ? say(spanInWords(seconds)) : over}</span>;
}
