/** A word of the API as people write it: `go_live_pending` is "go live pending". */
export function spaced(word: string): string {
  return word.replaceAll('_', ' ');
}

/** A text of that many characters at most: of a longer one its beginning and its end, by which ids are told apart. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor((most - 1) / 3);
  return `${text.slice(0, most - 1 - end)}…${text.slice(text.length - end)}`;
}
