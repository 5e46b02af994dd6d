const DAYS = [7, 30, 90];
const DAY_MS = 86_400_000;

/** How many of the last days are shown, and another choice of them. */
export function Days({ label, last, days, set }: { label: string; last: (days: number) => string; days: number; set: (days: number) => void }) {
  return (
    <label>
      {label}
      <select value={days} onChange={(event) => set(Number(event.currentTarget.value))}>
        {DAYS.map((each) => (
          <option value={each}>{last(each)}</option>
        ))}
      </select>
    </label>
  );
}

/** The last days until a minute after `now`, in milliseconds since 1970, as calls take them: `from=…&to=…`. */
export function lastDays(days: number, now: number): string {
  const to = now + 60_000;
  const instant = (at: number) => encodeURIComponent(new Date(at).toISOString());
  return `from=${instant(to - days * DAY_MS)}&to=${instant(to)}`;
}
