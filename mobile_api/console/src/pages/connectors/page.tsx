import type { ConnectorView } from '../../api/generated.ts';
import { Act } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { Only } from '../../parts/only.tsx';
import { Pages } from '../../parts/pages.tsx';
import { RowLink } from '../../parts/row.tsx';
import { addressOf, go } from '../../route.ts';
import { words } from '../../words.ts';
import { connectors as say } from '../../words/connectors.ts';
import { readCredentials, WRITES } from './acts.tsx';
import { bodyOf, fieldsOf, NEW } from './definition.ts';

/** The systems that the tenant's agents act on. */
export function Connectors() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.connectors}</h1>
      <Only roles={WRITES} may={say.acts}>
        <Loaded read={readCredentials}>
          {({ items }) => (
            <Act<ConnectorView>
              label={say.register}
              send={say.registerNow}
              about={say.aboutRegister}
              fields={fieldsOf(items)}
              start={NEW}
              request={(values) => ({ method: 'POST', path: '/v1/connectors', body: bodyOf(values) })}
              done={(made) => go(addressOf('connectors', made.name))}
            />
          )}
        </Loaded>
      </Only>
      <Pages<ConnectorView> path="/v1/connectors" none={say.none}>
        {(each) => (
          <RowLink
            to={addressOf('connectors', each.name)}
            summary={each.name}
            facts={[
              each.kind,
              each.status,
              each.trust,
              each.active_pin !== null && each.active_pin !== each.pin && (
                <strong class="caution">{say.hasChanged}</strong>
              ),
              each.url,
            ]}
          />
        )}
      </Pages>
    </>
  );
}
