/** Shows the description of the API, and calls it as whoever is signed in. Each call that somebody
 * executes gets a new token of their session; the page stores none. */

const SCHEME = 'HTTPBearer';
const TENANT = 'assent-tenant';
let filled = null;

/** A token for the tenant that was chosen in the console; null where nobody is signed in. */
async function newToken() {
  const body = new URLSearchParams({ grant_type: 'refresh_token' });
  const tenant = localStorage.getItem(TENANT);
  if (tenant !== null) body.set('tenant', tenant);
  const answer = await fetch('/v1/auth/token', { method: 'POST', body });
  return answer.ok ? (await answer.json()).access_token : null;
}

/** What somebody typed under “Authorize” stays; what the page filled in there is renewed. */
async function signed(request) {
  const authorization = request.headers?.Authorization;
  if (filled !== null && authorization === `Bearer ${filled}`) {
    request.headers.Authorization = `Bearer ${(await newToken()) ?? filled}`;
  }
  return request;
}

async function fillIn(ui) {
  filled = await newToken();
  const said = document.getElementById('session');
  if (filled !== null) {
    ui.preauthorizeApiKey(SCHEME, filled);
    const tenant = localStorage.getItem(TENANT);
    const where = tenant === null ? 'for no tenant: choose one in the console first' : `in ${tenant}`;
    said.textContent = `Calls are made as you, with the session of this browser, ${where}. They are real.`;
    return;
  }
  const link = document.createElement('a');
  link.href = '/signin?return_to=/explorer/';
  link.textContent = 'Sign in';
  said.replaceChildren(link, ', or paste a key or a token under “Authorize”.');
}

const ui = SwaggerUIBundle({
  url: '/explorer/openapi.json',
  domNode: document.getElementById('explorer'),
  docExpansion: 'none',
  filter: true,
  deepLinking: true,
  // Nobody else validates or learns of it.
  validatorUrl: null,
  defaultModelsExpandDepth: -1,
  requestInterceptor: signed,
  onComplete: () => void fillIn(ui),
});
