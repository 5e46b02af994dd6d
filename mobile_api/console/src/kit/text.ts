/** A word of the API as people write it: `go_live_pending` is "go live pending". */
export function spaced(word: string): string {
  return word.replaceAll('_', ' ');
}
