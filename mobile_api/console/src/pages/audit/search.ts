/** What the audit log is searched for. */

/** Empty is everything; times are those of a local clock, as the browser's fields have them. */
export interface Search {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly from: string;
  readonly to: string;
}

export const EVERYTHING: Search = { actor: '', action: '', subject: '', from: '', to: '' };

/** The address of the search's first page. */
export function pathOf(search: Search): string {
  const query = new URLSearchParams({ limit: '50' });
  for (const [name, value] of Object.entries(search)) {
    if (value === '') continue;
    query.set(name, name === 'from' || name === 'to' ? new Date(value).toISOString() : value);
  }
  return `/v1/audit/entries?${query}`;
}
