// A real OpenID provider (npm oidc-provider) on this machine, with people whom a test makes. It keeps its rules; a test only
// says who they are, and may have it sign with a new key.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const page = (title, form) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><main><h1>${title}</h1>${form}</main></body></html>`;

export class Idp {
  /** `redirect`: where it may send people back to. */
  static async start(redirect) {
    const idp = Object.assign(new Idp(), { redirect, people: new Map(), keys: randomBytes(16).toString('hex'), requests: [] });
    idp.server = createServer((request, response) => { idp.requests.push(request.url); return idp.#answer(request, response); });
    await new Promise(done => idp.server.listen(0, '127.0.0.1', done));
    idp.issuer = `http://127.0.0.1:${idp.server.address().port}`;
    idp.rotate();
    return idp;
  }

  /** Whom it knows; the password is the name. */
  person(login, claims) { this.people.set(login, { sub: login, email_verified: true, ...claims }); }

  /** A new key, and the old one is gone. */
  rotate() {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(4).toString('hex'), use: 'sig', alg: 'RS256' };
    this.provider = new Provider(this.issuer, {
      jwks: { keys: [key] },
      clients: [{ client_id: 'center', token_endpoint_auth_method: 'none', redirect_uris: [this.redirect], response_types: ['code'], grant_types: ['authorization_code'] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
      cookies: { keys: [this.keys] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_, id) => ({ accountId: id, claims: () => this.people.get(id) }),
      // The company decided for its people that they consent.
      loadExistingGrant: async ctx => {
        const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
      renderError: (ctx, out) => { ctx.type = 'html'; ctx.body = page('Error', `<p>${out.error}: ${out.error_description}</p>`); },
    });
    this.handle = this.provider.callback();
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.issuer);
    // A browser asks for it by itself.
    if (pathname === '/favicon.ico') return response.writeHead(204).end();
    if (!pathname.startsWith('/interaction/')) return this.handle(request, response);
    if (request.method === 'GET') {
      const form = '<form method="post"><label>Name <input name="login"></label> <label>Password <input name="password" type="password"></label> <button name="go" value="in">Sign in</button> <button name="go" value="back">Cancel</button></form>';
      return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page('Sign in at work', form));
    }
    let body = '';
    for await (const part of request) body += part;
    const sent = new URLSearchParams(body), login = sent.get('login');
    if (sent.get('go') === 'back') return this.provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'went back' });
    if (!this.people.has(login) || sent.get('password') !== login) return response.writeHead(401).end(page('Wrong name or password', ''));
    return this.provider.interactionFinished(request, response, { login: { accountId: login, remember: false } });
  }

  async stop() { this.server.closeAllConnections(); await new Promise(done => this.server.close(done)); }
}
