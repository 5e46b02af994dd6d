import type { ModelMessage } from '../../api/generated.ts';
import { changedLines, type Line } from '../../kit/lines.ts';
import { prompts as say } from '../../words/prompts.ts';
import { linesOf } from './draft.ts';

interface Content {
  readonly messages: readonly ModelMessage[];
  readonly variables: string;
}

/** What differs between two contents of a prompt, message by message and line by line. */
export function Differences({ before, after }: { before: Content; after: Content }) {
  const places = Array.from({ length: Math.max(before.messages.length, after.messages.length) }, (_, place) => place);
  const parts = [
    ...places.map((place) => {
      const [was, is] = [before.messages[place], after.messages[place]];
      return { name: say.message(place + 1, say.roles[(is ?? was)!.role]), was: toldBy(was), is: toldBy(is) };
    }),
    { name: say.variables, was: before.variables, is: after.variables },
  ].filter((each) => each.was !== each.is);
  if (parts.length === 0) return <p>{say.same}</p>;
  return (
    <div class="changes">
      {parts.map((each) => (
        <>
          <h3>{each.name}</h3>
          <Lines of={linesOf(changedLines(each.was, each.is))} />
        </>
      ))}
    </div>
  );
}

/** Its role is a line of its own, so that another one is a change. */
function toldBy(message: ModelMessage | undefined): string {
  return message === undefined ? '' : `${message.role}\n${message.content}`;
}

function Lines({ of }: { of: readonly (Line | number)[] }) {
  return (
    <p class="lines">
      {of.map((line) => {
        if (typeof line === 'number') return <span class="quiet">{say.linesLeft(line)}</span>;
        if (line.change === 'same') return <span>{line.text}</span>;
        const [Change, said] = line.change === 'out' ? (['del', say.out] as const) : (['ins', say.in] as const);
        return (
          <Change>
            <span class="unseen">{said} </span>
            {line.text || ' '}
          </Change>
        );
      })}
    </p>
  );
}
