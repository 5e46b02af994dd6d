/** How the API is spoken to: by one token, again where that is safe, with refusals as errors. The
 * console and the package `assent-sdk` speak to it by this. */

/** A token or an API key, or what gives the current one; `anew` says that the last was refused. */
export type Token = string | ((anew: boolean) => string | Promise<string>);

export interface Options {
  /** The platform's address: https://, or of this machine; '' in a page of the platform itself. */
  readonly url: string;
  readonly token: Token;
  /** How often a call is sent again that may be. */
  readonly retries?: number;
  /** The longest pause before that, in seconds; what should wait longer fails. */
  readonly patience?: number;
  /** How long one attempt may take, in seconds, to read and to write; as long as it takes, where it is left out. */
  readonly within?: { readonly read: number; readonly write: number };
  /** What sends an attempt, and gives its answer; `fetch`, where it is left out. */
  readonly fetch?: (address: string, how: RequestInit) => Promise<Response>;
}

export interface Request {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** A text is sent as YAML, all else as JSON. */
  readonly body?: unknown;
  /** The same key is the same call. */
  readonly key?: string | undefined;
  /** Whether a repeat is the same call, where neither the method nor a key says so. */
  readonly mayRepeat?: boolean | undefined;
  /** How often this one is sent again. */
  readonly retries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'PUT']);
const AT_THE_DOOR: ReadonlySet<number> = new Set([408, 429]);
const AFTER_A_TRY: ReadonlySet<number> = new Set([500, 502, 503, 504]);
const FIRST_PAUSE_SECONDS = 0.3;
const LOCAL = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** A refusal in the API's words; `code` is stable. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong with which field. */
  readonly errors: readonly FieldError[];
  readonly correlationId: string | null;
  /** In seconds, where the platform said it. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    code: string,
    detail: string,
    errors: readonly FieldError[] = [],
    correlationId: string | null = null,
    retryAfter: number | null = null,
  ) {
    super(detail);
    this.name = 'Refused';
    this.status = status;
    this.code = code;
    this.errors = errors;
    this.correlationId = correlationId;
    this.retryAfter = retryAfter;
  }
}

/** Whether an attempt has no answer, because nothing was reached or it took too long. */
export function isSilence(error: unknown): boolean {
  // Fetch says by a TypeError that nothing was reached.
  return error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError');
}

export class Exchange {
  readonly #url: string;
  readonly #options: Options;

  /** Throws TypeError for an address to which a key would be sent unencrypted. */
  constructor(options: Options) {
    this.#url = options.url.replace(/\/+$/, '');
    if (this.#url !== '' && !this.#url.startsWith('https://') && !LOCAL.test(this.#url)) {
      throw new TypeError(`${options.url} is neither https:// nor of this machine: a key is never sent unencrypted`);
    }
    this.#options = options;
  }

  /** The answer; null where it has none. Sent again are calls that the platform refused at the
   * door, and, after a lost answer, those whose repeat it answers as before. Throws Refused, or what
   * `isSilence` where nobody answered. */
  async send<T>(request: Request): Promise<T> {
    let anew = false;
    for (let tried = 0; ; tried++) {
      let refused: unknown;
      try {
        const answer = await this.#once(request, anew);
        if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as T;
        refused = await refusal(answer);
        if (answer.status === 401 && !anew && typeof this.#options.token !== 'string') {
          anew = true;
          continue;
        }
      } catch (error) {
        refused = error;
      }
      const pause = this.#pause(refused, tried, request);
      if (pause === null) throw refused;
      await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    }
  }

  async #once({ method, path, body, key, signal }: Request, anew: boolean): Promise<Response> {
    const { token, within, fetch: sends = fetch } = this.#options;
    const headers: Record<string, string> = { Authorization: `Bearer ${typeof token === 'string' ? token : await token(anew)}` };
    const isText = typeof body === 'string';
    if (body !== undefined) headers['Content-Type'] = isText ? 'application/yaml' : 'application/json';
    if (key !== undefined) headers['Idempotency-Key'] = key;
    const ends = [...(signal ? [signal] : []), ...(within ? [AbortSignal.timeout((method === 'GET' ? within.read : within.write) * 1000)] : [])];
    return sends(`${this.#url}${path}`, {
      method,
      headers,
      body: body === undefined ? null : isText ? body : JSON.stringify(body),
      signal: ends.length > 1 ? AbortSignal.any(ends) : (ends[0] ?? null),
      // A redirect would be to somebody else.
      redirect: 'error',
    });
  }

  /** Seconds until the next try; null where there is none. */
  #pause(refused: unknown, tried: number, { method, key, mayRepeat, retries, signal }: Request): number | null {
    const { retries: usual = 4, patience = 60 } = this.#options;
    if (tried >= (retries ?? usual) || signal?.aborted) return null;
    const isSame = mayRepeat ?? (SAFE.has(method) || key !== undefined);
    const drawn = Math.random() * FIRST_PAUSE_SECONDS * 2 ** (tried + 1);
    if (!(refused instanceof Refused)) return isSame && isSilence(refused) ? drawn : null;
    const isAgain = AT_THE_DOOR.has(refused.status) || (isSame && AFTER_A_TRY.has(refused.status));
    const pause = refused.retryAfter ?? drawn;
    return isAgain && pause <= patience ? pause : null;
  }
}

async function refusal(answer: Response): Promise<Refused> {
  const seconds = Number(answer.headers.get('Retry-After') ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : null;
  try {
    const said = (await answer.json()) as {
      code: string;
      title: string;
      detail?: string;
      errors?: FieldError[];
      correlation_id?: string;
    };
    const { code, title, detail, errors, correlation_id } = said;
    return new Refused(answer.status, code, detail ?? title, errors ?? [], correlation_id ?? null, retryAfter);
  } catch {
    const said = `The answer was ${answer.status} without the API's words.`;
    return new Refused(answer.status, 'unreadable', said, [], null, retryAfter);
  }
}
