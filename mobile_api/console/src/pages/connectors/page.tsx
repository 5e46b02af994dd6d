import type { ConnectorView } from '../../api/generated.ts';
import { Pages } from '../../parts/pages.tsx';
import { RowLink } from '../../parts/row.tsx';
import { addressOf } from '../../route.ts';
import { words } from '../../words.ts';
import { connectors as say } from '../../words/tenant.ts';

/** The systems that the tenant's agents act on. */
export function Connectors() {
  return (
    <>
      <h1 tabIndex={-1}>{words.pages.connectors}</h1>
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
