import { useState } from 'preact/hooks';

import type { DraftView, SkillList } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import type { Json } from '../../kit/canonical.ts';
import { yamlOf } from '../../kit/yaml.ts';
import { Said, useChanged } from '../../parts/changed.tsx';
import { text } from '../../parts/field.tsx';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { words } from '../../words.ts';
import { agentSpec as say } from '../../words/agent.ts';
import { SpecForm } from './spec.tsx';
import { Findings } from './stages.tsx';

/** The spec of a new agent, written here, or drafted from a definition of another product. */
export function NewAgent() {
  const { turn, said, changed } = useChanged();
  const [draft, setDraft] = useState<DraftView>();
  return (
    <>
      <h1 tabIndex={-1}>{words.agents.submit}</h1>
      <p>{say.about}</p>
      <Act<DraftView>
        label={say.import}
        send={say.importNow}
        about={say.aboutImport}
        fields={[
          { name: 'format', label: say.format, kind: 'one', options: say.formats },
          { name: 'definition', label: say.definition, kind: 'code', most: 64_000 },
          {
            name: 'agent',
            label: say.which,
            isOptional: true,
            hint: say.whichHint,
            most: 200,
            when: (values) => text(values, 'format') === 'crewai',
          },
        ]}
        request={(values) => ({
          method: 'POST',
          path: '/v1/agents/import',
          body: {
            format: text(values, 'format'),
            definition: text(values, 'definition'),
            ...(text(values, 'agent') && { agent: text(values, 'agent') }),
          },
        })}
        done={(found) => {
          setDraft(found);
          changed(say.isImported);
        }}
      />
      <Said turn={turn} said={said} />
      {draft && <Assumed draft={draft} />}
      <SpecForm
        key={turn}
        start={draft ? yamlOf(draft.spec as Json) : say.template}
        path="/v1/agents"
        send={say.submit}
      />
      <details>
        <summary>{say.skills}</summary>
        <Loaded read={() => read<SkillList>('/v1/skills?limit=100')}>
          {({ items }) => (
            <dl class="value">
              {items.map((each) => (
                <div>
                  <dt>{each.name}</dt>
                  <dd>{each.summary}</dd>
                </div>
              ))}
            </dl>
          )}
        </Loaded>
      </details>
    </>
  );
}

/** What a draft takes for granted, leaves out and would be returned for. */
function Assumed({ draft }: { draft: DraftView }) {
  return (
    <section>
      <h2>{say.assumed}</h2>
      <ul>
        {draft.assumptions.map((each) => (
          <li>
            <code>{each.path}</code> {each.why}
          </li>
        ))}
        {draft.ignored.map((each) => (
          <li>
            {say.ignored} <code>{each}</code>
          </li>
        ))}
      </ul>
      <Findings of={draft.findings} />
    </section>
  );
}
