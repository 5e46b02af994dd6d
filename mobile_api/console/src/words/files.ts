/** What pages say of files. */

export const files = {
  title: 'Files',
  namedAs: { evidence: 'evidence', attachment: 'attached to the refusal', content: 'part of what is asked' },
  status: { pending: 'not uploaded', scanning: 'being scanned', stored: '', refused: 'refused by the scan', removed: 'removed' },
  by: (who: string) => `uploaded by ${who}`,
  download: (name: string) => `Download ${name}`,
  attach: (count: number) => (count === 0 ? 'Attach files' : `Attach files: ${count} chosen`),
  kept: 'What you attach is kept as long as this approval.',
  which: 'The newest files of your tenant, ten at most',
  fromHere: 'A file of this device',
  uploading: (name: string) => `${name} is being uploaded …`,
  uploaded: (name: string) => `${name} is uploaded and attached.`,
  notStored: (name: string, why: string) => `${name} cannot be attached: ${why}.`,
} as const;
