/** What is shown once: the page keeps it only until it is left. */
export function Secret({ about, secret }: { about: string; secret: string }) {
  return (
    <div class="secret">
      <p>{about}</p>
      <code tabIndex={0}>{secret}</code>
    </div>
  );
}
