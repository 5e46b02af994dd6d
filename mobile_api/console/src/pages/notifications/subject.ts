/** Where what a delivery is about is shown. */

const PAGES: Readonly<Record<string, string>> = { approval: 'approvals', agent: 'agents', run: 'runs' };

/** The parts of the page's address, of a subject such as `approval/apr_1`; null where it has no page. */
export function pageOf(subject: string): readonly [string, string] | null {
  const [noun = '', id = ''] = subject.split('/', 2);
  const page = Object.hasOwn(PAGES, noun) ? PAGES[noun] : undefined;
  return page === undefined || id === '' ? null : [page, id];
}
