/** Millionths of a dollar as dollars: as many places as are needed, at least two. */
export function dollars(micros: number): string {
  const places = micros % 10_000 === 0 ? 2 : micros % 100 === 0 ? 4 : 6;
  return `$${(micros / 1e6).toFixed(places)}`;
}
