// An independent OpenID Connect provider for tests and demos: anybody signs in under any name.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { PORT, OPENID_ISSUER, OPENID_CLIENT_SECRET, OPENID_REDIRECT_URI, OPENID_PACKAGES } =
  process.env;
const { ASSENT_CLOCK_FILE } = process.env;
const library = join(OPENID_PACKAGES, 'oidc-provider', 'lib', 'index.js');
const { Provider } = await import(pathToFileURL(library));

// Its tokens follow the platform's clock: seconds ahead of the real one, a little-endian double.
const realNow = Date.now;
Date.now = () => realNow() + Math.round(readFileSync(ASSENT_CLOCK_FILE).readDoubleLE(0) * 1000);

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(8).toString('hex'), use: 'sig' };

const provider = new Provider(OPENID_ISSUER, {
  clients: [
    {
      client_id: 'assent',
      client_secret: OPENID_CLIENT_SECRET,
      redirect_uris: [OPENID_REDIRECT_URI],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  pkce: { required: () => true },
  // As the large providers do, the identity token says what the person is called.
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id,
      // Whoever signs in with an address has that one.
      email: id.includes('@') ? id : `${id.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@people.example`,
      email_verified: !id.startsWith('unverified'),
    }),
  }),
});
// Each tenant whose people sign in here has an address of its own below the common one.
const { redirectUriAllowed } = provider.Client.prototype;
provider.Client.prototype.redirectUriAllowed = function allowed(uri) {
  return redirectUriAllowed.call(this, uri) || uri.startsWith(`${OPENID_REDIRECT_URI}/ten_`);
};
// The platform's listener is in front of it.
provider.proxy = true;
provider.listen(Number(PORT), '127.0.0.1');
