"""The page for passkeys: the only one with a script, because only a script can reach an
authenticator. The policy names that one script by its hash, and lets it call this site only."""

import base64
import hashlib

from functions.identity.pages import POLICY, whole_page

SCRIPT = """
'use strict';
const status = document.querySelector('[role=status]');
const list = document.querySelector('ul');
const say = text => { status.textContent = text; };
const bytes = text => Uint8Array.from(
  atob(text.replace(/-/g, '+').replace(/_/g, '/')), each => each.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');

async function token(tenant) {
  const form = new URLSearchParams({grant_type: 'refresh_token', ...(tenant && {tenant})});
  const answer = await fetch('/v1/auth/token', {method: 'POST', body: form});
  if (!answer.ok) throw new Error('Your session has ended: sign in again.');
  return (await answer.json()).access_token;
}

async function send(bearer, method, path, body) {
  const headers = {Authorization: `Bearer ${bearer}`};
  if (body) headers['Content-Type'] = 'application/json';
  const answer = await fetch(path, {method, headers, body: body && JSON.stringify(body)});
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.detail), {code: said.code});
  return said;
}

let bearer = '';
async function call(method, path, body) {
  bearer = bearer || await token();
  try {
    return await send(bearer, method, path, body);
  } catch (problem) {
    if (problem.code !== 'tenant_not_chosen') throw problem;
    const open = (await send(bearer, 'GET', '/v1/tenants')).items
      .find(each => ['trial', 'active'].includes(each.status));
    if (!open) throw new Error('Sign a tenant up, or accept an invitation, before you add one.');
    bearer = await token(open.tenant_id);
    return send(bearer, method, path, body);
  }
}

async function show() {
  const found = (await call('GET', '/v1/passkeys')).items;
  list.replaceChildren(...found.map(each => {
    const row = document.createElement('li');
    const button = document.createElement('button');
    button.textContent = 'Remove';
    button.setAttribute('aria-label', `Remove ${each.name}`);
    button.addEventListener('click', () => act('Removed.', () =>
      call('DELETE', `/v1/passkeys/${each.passkey_id}`)));
    row.append(`${each.name}, added ${new Date(each.added_at).toLocaleString()} `, button);
    return row;
  }));
  if (!found.length) say('You have no passkey yet.');
}

async function act(done, deed) {
  say('Wait…');
  try {
    await deed();
    say(done);
    await show();
  } catch (problem) {
    say(problem.message);
  }
}

async function add() {
  const name = document.querySelector('input').value;
  const options = (await call('POST', '/v1/passkeys/options')).public_key;
  const made = await navigator.credentials.create({publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    user: {...options.user, id: bytes(options.user.id)},
    excludeCredentials: options.excludeCredentials.map(each => ({...each, id: bytes(each.id)})),
  }});
  await call('POST', '/v1/passkeys', {
    name,
    client_data_json: text(made.response.clientDataJSON),
    attestation_object: text(made.response.attestationObject),
  });
}

document.querySelector('form').addEventListener('submit', event => {
  event.preventDefault();
  act('Added.', add);
});
if (window.PublicKeyCredential) act('', async () => {});
else say('This browser cannot use passkeys on this page: it needs https, or localhost.');
"""


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


PASSKEYS_POLICY = f"{POLICY}; script-src 'sha256-{_hash(SCRIPT)}'; connect-src 'self'"


def passkeys_page() -> str:
    """The list of somebody's passkeys, which the script fills, and the form for another one."""
    return whole_page(
        "Your passkeys",
        "<p>A passkey is a key in your device, opened by your finger, face or PIN. With it you"
        " sign decisions, so that anybody can check that you took them.</p>"
        "<p role='status' aria-live='polite'>Wait…</p><ul></ul>"
        "<form><label>A name for it: <input name='name' required maxlength='200'"
        " autocomplete='off'></label> <button>Add a passkey</button></form>"
        "<p><a href='/signin?return_to=/passkeys'>Sign in again</a>, if you are told to.</p>"
        f"<script>{SCRIPT}</script>",
    )
