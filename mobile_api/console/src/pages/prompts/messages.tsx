import type { ModelMessage } from '../../api/generated.ts';
import { prompts as say } from '../../words/prompts.ts';

/** Messages as a model is told them, one after the other. */
export function Messages({ of }: { of: readonly ModelMessage[] }) {
  return (
    <ol class="messages">
      {of.map((each, place) => (
        <li>
          <h3>{say.message(place + 1, say.roles[each.role])}</h3>
          <pre tabIndex={0} aria-label={say.message(place + 1, say.roles[each.role])}>
            {each.content}
          </pre>
        </li>
      ))}
    </ol>
  );
}
