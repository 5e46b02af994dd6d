/** What the audit log knows of a thing and of all in its chains of causes. */

import type { AuditEntryPage } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { eventIn, storyOf, type Event, type Link } from '../../kit/story.ts';

// Each is one search of the log.
const MOST_SUBJECTS = 8;
const ENTRIES = 100;

export interface Story {
  readonly links: readonly Link[];
  /** There is more than was followed. */
  readonly isCut: boolean;
}

/** The story of `noun/id`. Throws as `read` does. */
export async function readStory(about: string): Promise<Story> {
  const events: Event[] = [];
  const asked = new Set<string>();
  let isCut = false;
  for (let wanted = [about]; wanted.length > 0; ) {
    for (const subject of wanted) {
      asked.add(subject);
      const query = `subject=${encodeURIComponent(subject)}&limit=${ENTRIES}`;
      const page = await read<AuditEntryPage>(`/v1/audit/entries?${query}`);
      isCut ||= page.next_cursor !== null;
      events.push(...page.items.flatMap((entry) => eventIn(entry) ?? []));
    }
    const told = storyOf(events, about).flatMap(({ event }) => event.names);
    const left = [...new Set(told)].filter((each) => !asked.has(each));
    wanted = left.slice(0, MOST_SUBJECTS - asked.size);
    isCut ||= left.length > wanted.length;
  }
  return { links: storyOf(events, about), isCut };
}
