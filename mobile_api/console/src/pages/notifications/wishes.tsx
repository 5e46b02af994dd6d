import type { PreferencesBody, PreferencesView } from '../../api/generated.ts';
import { read } from '../../api/call.ts';
import { some, text, type FieldEntry, type Values } from '../../parts/field.tsx';
import { Form } from '../../parts/form.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { notifications as say } from '../../words/notifications.ts';
import { quietHoursOf } from './quiet.ts';

const PATH = '/v1/notifications/preferences';

const FIELDS: readonly FieldEntry[] = [
  { name: 'muted', label: say.muted, kind: 'some', options: Object.entries(say.kinds) },
  { name: 'begin', label: say.begin, kind: 'clock', isOptional: true },
  { name: 'end', label: say.end, kind: 'clock', isOptional: true, hint: say.quietHint },
  { name: 'zone', label: say.zone, isOptional: true, most: 64, hint: say.zoneHint },
];

/** The kinds that nobody tells one of, and one's quiet hours. */
export function Wishes({ changed }: { changed: (said: string) => void }) {
  return (
    <section>
      <h2>{say.wishes}</h2>
      <Loaded read={() => read<PreferencesView>(PATH)}>
        {({ muted, quiet_hours }) => (
          <Form<PreferencesView>
            fields={FIELDS}
            start={{
              muted,
              begin: quiet_hours?.begin ?? '',
              end: quiet_hours?.end ?? '',
              zone: quiet_hours?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
            }}
            send={say.save}
            request={(values) => ({ method: 'PUT', path: PATH, body: bodyOf(values) })}
            done={() => changed(say.saved)}
          />
        )}
      </Loaded>
    </section>
  );
}

function bodyOf(values: Values): PreferencesBody {
  return {
    muted: some(values, 'muted') as NonNullable<PreferencesBody['muted']>,
    quiet_hours: quietHoursOf(text(values, 'begin'), text(values, 'end'), text(values, 'zone')),
  };
}
