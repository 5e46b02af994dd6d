/** A share between 0 and 1 in percent, with one place where that says more. */
export function percent(share: number): string {
  return `${(Math.round(share * 1000) / 10).toString()} %`;
}

/** Hundredths of a percent, in percent. */
export function share(points: number): string {
  return percent(points / 10_000);
}
