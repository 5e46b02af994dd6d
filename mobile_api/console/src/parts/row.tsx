import type { ComponentChildren } from 'preact';

interface Properties {
  summary: string;
  facts: readonly ComponentChildren[];
  children?: ComponentChildren;
}

/** One thing in a list: what it is, those facts about it that are there, and what may be done with it. */
export function Row({ summary, facts, children }: Properties) {
  return (
    <div class="row">
      <Short summary={summary} facts={facts} />
      {children}
    </div>
  );
}

/** One thing in a list that has a page. */
export function RowLink({ to, summary, facts }: Properties & { to: string }) {
  return (
    <a class="card-link" href={to}>
      <Short summary={summary} facts={facts} />
    </a>
  );
}

function Short({ summary, facts }: Properties) {
  return (
    <>
      <span class="summary">{summary}</span>
      <span class="facts">
        {facts
          .filter((each) => each !== null && each !== undefined && each !== false && each !== '')
          .map((each) => (
            <span>{each}</span>
          ))}
      </span>
    </>
  );
}
