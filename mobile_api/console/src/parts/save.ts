/** Saves what the API answered as a file of this device. */
export function saveFile(name: string, value: unknown): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(value)], { type: 'application/json' }));
  link.download = name;
  link.click();
  // A browser reads it a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
