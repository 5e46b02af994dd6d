import type { ComponentChildren } from 'preact';

/** One thing in a list: what it is, and facts about it. */
export function Row({ summary, facts }: { summary: string; facts: readonly ComponentChildren[] }) {
  return (
    <div class="row">
      <span class="summary">{summary}</span>
      <span class="facts">
        {facts.map((each) => (
          <span>{each}</span>
        ))}
      </span>
    </div>
  );
}
