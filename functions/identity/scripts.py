"""The scripts of pages: only a script can reach an authenticator. A page's policy names its one
script by its hash, and lets it call this site only."""

import base64
import hashlib
from typing import NamedTuple


class Script(NamedTuple):
    """A script of a page."""

    text: str

    @property
    def element(self) -> str:
        """What the page holds."""
        return f"<script>{self.text}</script>"

    @property
    def policy(self) -> str:
        """What the page's policy says of it."""
        digest = base64.b64encode(hashlib.sha256(self.text.encode()).digest()).decode()
        return f"script-src 'sha256-{digest}'; connect-src 'self'"


_CODING = """
'use strict';
const bytes = text => Uint8Array.from(
  atob(text.replace(/-/g, '+').replace(/_/g, '/')), each => each.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
"""

SIGN_IN = Script(
    _CODING
    + """
const form = document.querySelector('#passkey');
const status = form.querySelector('[role=status]');

async function send(path, body) {
  const headers = {'Content-Type': 'application/json'};
  const answer = await fetch(path, {method: 'POST', headers, body: JSON.stringify(body)});
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

async function signIn() {
  const wanted = {return_to: form.dataset.returnTo};
  const options = (await send('/v1/auth/passkey/options', wanted)).public_key;
  const publicKey = {...options, challenge: bytes(options.challenge)};
  const used = await navigator.credentials.get({publicKey});
  const {clientDataJSON, authenticatorData, signature, userHandle} = used.response;
  const next = await send('/v1/auth/passkey', {
    credential_id: text(used.rawId),
    client_data_json: text(clientDataJSON),
    authenticator_data: text(authenticatorData),
    signature: text(signature),
    user_handle: text(userHandle || new ArrayBuffer(0)),
  });
  location.assign(next.return_to);
}

form.addEventListener('submit', async event => {
  event.preventDefault();
  status.textContent = 'Wait…';
  try {
    await signIn();
  } catch (problem) {
    status.textContent = problem.message;
  }
});
if (window.PublicKeyCredential) form.hidden = false;
"""
)

PASSKEYS = Script(
    _CODING
    + """
const status = document.querySelector('[role=status]');
const list = document.querySelector('ul');
const say = text => { status.textContent = text; };

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
)
