/** What happened to a run, in order and each once, for as long as somebody looks. */

import { useEffect, useRef, useState } from 'preact/hooks';

import type { RunEvent, RunEvents, RunView, StepPage, StepView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';

const SOONEST_MS = 2_000;
const LATEST_MS = 15_000;
const PAGE = 100;

/** A run as it stands, with what its steps gave and what happened. */
export interface Followed {
  readonly run: RunView;
  readonly steps: readonly StepView[];
  readonly stepsCursor: string | null;
  readonly events: readonly RunEvent[];
}

/** The run, its first steps and all that happened to it. Throws as `read` does. */
export async function readFollowed(path: string): Promise<Followed> {
  const events = await eventsAfter(path, 0);
  return { ...(await standing(path, PAGE)), events };
}

/** The steps that follow those that are there. */
export async function withMoreSteps(path: string, known: Followed): Promise<Followed> {
  const page = await read<StepPage>(`${path}/steps?limit=${PAGE}&cursor=${encodeURIComponent(known.stepsCursor!)}`);
  return { ...known, steps: [...known.steps, ...page.items], stepsCursor: page.next_cursor };
}

/** The run as it stands, again whenever something happened to it. While nobody looks, or nothing
 * follows by itself, it asks for nothing; `look` asks at once. */
export function useFollowed(path: string, first: Followed): [Followed, (more: Followed) => void, () => void] {
  const [followed, setFollowed] = useState(first);
  const latest = useRef(first);
  const look = useRef(() => {});
  const take = (next: Followed) => {
    latest.current = next;
    setFollowed(next);
  };
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let [pause, isOver, isAsking, isGone] = [SOONEST_MS, false, false, false];
    const later = () => {
      clearTimeout(timer);
      if (!isOver && !isGone && document.visibilityState === 'visible') timer = setTimeout(ask, pause);
    };
    const ask = async () => {
      if (isAsking || isGone) return;
      isAsking = true;
      try {
        const { events } = latest.current;
        const page = await read<RunEvents>(`${path}/events?limit=${PAGE}&after=${events.at(-1)?.sequence ?? 0}`);
        isOver = page.is_over;
        pause = page.items.length > 0 ? SOONEST_MS : Math.min(pause * 1.5, LATEST_MS);
        if (page.items.length > 0) {
          const now = await standing(path, Math.max(PAGE, latest.current.steps.length));
          if (!isGone) take({ ...now, events: [...events, ...page.items] });
        }
      } catch {
        // What is shown stays; it asks again, and whoever does something is told why that failed.
        pause = LATEST_MS;
      } finally {
        isAsking = false;
        later();
      }
    };
    look.current = () => {
      [pause, isOver] = [SOONEST_MS, false];
      clearTimeout(timer);
      void ask();
    };
    const seen = () => (document.visibilityState === 'visible' ? look.current() : clearTimeout(timer));
    document.addEventListener('visibilitychange', seen);
    void ask();
    return () => {
      isGone = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [path]);
  return [followed, take, () => look.current()];
}

async function standing(path: string, count: number): Promise<Omit<Followed, 'events'>> {
  const [run, steps] = await Promise.all([read<RunView>(path), stepsUpTo(path, count)]);
  return { run, ...steps };
}

async function stepsUpTo(path: string, count: number): Promise<{ steps: readonly StepView[]; stepsCursor: string | null }> {
  const steps: StepView[] = [];
  let cursor: string | null = '';
  while (cursor !== null && steps.length < count) {
    const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: StepPage = await read<StepPage>(`${path}/steps?limit=${PAGE}${next}`);
    steps.push(...page.items);
    cursor = page.next_cursor;
  }
  return { steps, stepsCursor: cursor };
}

async function eventsAfter(path: string, after: number): Promise<readonly RunEvent[]> {
  const found: RunEvent[] = [];
  for (let last = after; ; ) {
    const page = await read<RunEvents>(`${path}/events?limit=${PAGE}&after=${last}`);
    found.push(...page.items);
    if (page.items.length === 0 || page.is_over) return found;
    last = page.after;
  }
}
