// Chromium, driven as a person would: what is clicked and pressed is counted, and whatever a page complains about is kept.
import axe from 'axe-core';
import { chromium } from 'playwright-core';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { equal, note, ok, poll, until } from './checks.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const WIDE = { width: 1440, height: 900 }, NARROW = { width: 320, height: 640 };

let launched;
/** The one Chromium of a run. */
const chromiumOfRun = () => launched ??= chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS });
export const endChromium = async () => (await launched)?.close();

/** Somebody's browser with one page: cookies and cache of its own. `script: false` switches scripts off. */
export class Browser {
  static async open(world, { script = true, viewport = WIDE, colorScheme = 'light' } = {}) {
    const context = await (await chromiumOfRun()).newContext({ reducedMotion: 'reduce', javaScriptEnabled: script, viewport, colorScheme,
      baseURL: world.url, acceptDownloads: true });
    context.setDefaultTimeout(8000);
    return Object.assign(new Browser(), { world, context, script, page: await context.newPage() }).#watch();
  }

  /** Keeps errors, violations of the content security policy, and answers that no page should give. */
  async #watch() {
    this.complaints = [];
    const complain = text => {
      const full = `${new URL(this.page.url()).pathname}: ${text}`;
      if (!this.complaints.includes(full)) this.complaints.push(full);
    };
    // Chromium itself reports a page that answers 4xx as an error; a test that asks for one says so.
    this.page.on('console', message => {
      if (message.type() !== 'error') return;
      if (this.expects && /the server responded with a status of/.test(message.text())) return;
      complain(`console: ${message.text()}`);
    });
    this.page.on('pageerror', error => complain(`script: ${error.message}`));
    this.page.on('requestfailed', request => {
      // Where scripts are off, Chromium calls a preloaded module blocked.
      if (!this.script && request.url().endsWith('.js')) return;
      if (!/ERR_ABORTED/.test(request.failure()?.errorText)) complain(`${request.url()}: ${request.failure()?.errorText}`); });
    this.page.on('response', answer => { if (answer.status() >= 500) complain(`${answer.url()}: ${answer.status()}`); });
    if (this.script) {
      await this.page.exposeFunction('scViolation', text => { complain(`content security policy: ${text}`); });
      await this.page.addInitScript(() => document.addEventListener('securitypolicyviolation', e => window.scViolation(`${e.violatedDirective} ${e.blockedURI}`)));
    }
    return this;
  }

  /** Ends the browser; complaints are a failure of the test that used it. */
  async close() {
    await this.discard();
    this.contented();
  }

  /** Nothing in the console, no violation of the policy, no failed request, no 5xx. */
  contented() {
    equal(this.complaints, [], 'the pages complain about nothing');
  }

  /** Ends the browser of a test that has failed. */
  async discard() {
    if (this.closed) return;
    this.closed = true;
    await this.context.close().catch(() => {});
  }

  goto(path) { return this.page.goto(path); }
  locate(selector, options) { return this.page.locator(selector, options); }
  text(selector) { return this.page.locator(selector).first().innerText(); }

  /** Signs in as a person does: address, mail, link, button. */
  async signIn(email) {
    const { page, world } = this, before = world.mails().length;
    await page.goto('/sign-in');
    await page.locator('input[name=email]').fill(email);
    await page.locator('main form[action="/sign-in"] button[type=submit], main form[action="/sign-in"] button:not([type])').first().click();
    const mine = mail => [mail.to].flat().some(to => to.toLowerCase() === email.toLowerCase()) && /\/sign-in\/link\//.test(mail.text);
    const mail = (await world.untilMails(mails => mails.slice(before).some(mine))).slice(before).find(mine);
    ok(mail, `a sign-in mail for ${email} arrives`);
    const link = mail.text.match(/https?:\/\/\S+\/sign-in\/link\/\S+/)[0];
    await page.goto(link);
    await page.locator('main form button').first().click();
    await page.waitForURL(url => url.pathname === '/sign-in/second' || !url.pathname.startsWith('/sign-in'));
    await this.secondFactor(email);
    return mail;
  }

  /** Gives the second factor where one is asked for, and sets one up where it is required. */
  async secondFactor(email) {
    const { page, world } = this, at = () => new URL(page.url()).pathname;
    if (at() === '/sign-in/second') {
      await page.locator('input[name=code]').fill(world.apps.next(email));
      await page.locator('form:has(input[name=code]) button').click();
      await page.waitForURL(url => !url.pathname.startsWith('/sign-in'));
    }
    if (at() === '/account/security/second-factor') {
      await this.setUpApp(email);
      await page.goto('/');
    }
  }

  /** Sets an authenticator app up on its page; the recovery codes are what it answers. */
  async setUpApp(email) {
    const { page, world } = this;
    await page.locator('form[action$="/second-factor"] button').click();
    await page.locator('.steps').waitFor();
    world.apps.scan(email, await page.locator('.steps .serial').textContent());
    await page.locator('input[name=code]').fill(world.apps.next(email));
    await page.locator('form:has(input[name=code]) button').click();
    await page.locator('.codes').waitFor();
    return page.locator('.codes code').allTextContents();
  }

  /** A picture of the whole page in the directory that SHOTS names. */
  async shot(name) {
    if (!process.env.SHOTS) return;
    mkdirSync(process.env.SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(process.env.SHOTS, `${name.replace(/[^\w.-]+/g, '-')}.png`), fullPage: true });
  }

  /** Counts what the hand does from here on. */
  hand() { return new Hand(this.page); }

  /** axe in the page and in each frame of it, as a list of what it finds. */
  async #axe() {
    const found = [];
    for (const frame of this.page.frames()) {
      const inner = frame !== this.page.mainFrame();
      // Where scripts are off, timers never fire, which axe waits for: there they fire at once.
      if (inner || !this.script) await frame.evaluate(() => { window.setTimeout = work => { Promise.resolve().then(work); return 0; }; });
      await frame.evaluate(axe.source);
      // A frame is no page of its own: headings and landmarks are the page's.
      const rules = inner ? TAGS.filter(tag => tag !== 'best-practice') : TAGS;
      const { violations } = await frame.evaluate(runOnly => window.axe.run({ runOnly, resultTypes: ['violations'] }), rules);
      found.push(...violations);
    }
    return found.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(node => `${node.target} ${(node.failureSummary ?? '').replace(/\s+/g, ' ')}`).join(' | ')}`);
  }

  /** No violation, nothing wider than the screen. */
  async accessible(name) {
    const { page } = this;
    equal(await this.#axe(), [], `axe on ${name}`);
    const wide = await page.evaluate(() => {
      const room = document.documentElement.clientWidth, over = e => e.checkVisibility() && e.getBoundingClientRect().right > room + 0.5;
      const named = list => list.map(e => `${e.tagName.toLowerCase()}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`);
      // What a page cuts off makes it no wider: a control or a text that ends beyond the screen, and that nothing scrolls.
      const scrolls = e => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
      const read = 'main :is(a, button, input, select, textarea, h1, h2, p):not(.vh, .vh *)';
      if (document.documentElement.scrollWidth <= room) return named([...document.querySelectorAll(read)].filter(e => over(e) && !scrolls(e.parentElement)).slice(0, 3));
      return named([...document.querySelectorAll('body *')].filter(over).slice(-3)).concat(`page ${document.documentElement.scrollWidth}`);
    });
    equal(wide, [], `${name} is not wider than ${page.viewportSize().width} px`);
  }
}

/** A hand on mouse and keyboard that counts. Letters are what is typed into a field; keys are all other presses. */
class Hand {
  clicks = 0;
  keys = 0;
  letters = 0;
  constructor(page) { this.page = page; }

  async click(target, options) {
    this.clicks++;
    await (typeof target === 'string' ? this.page.locator(target) : target).first().click(options);
  }

  async type(text) {
    this.letters += text.length;
    for (const letter of text) await this.page.keyboard.press(letter === ' ' ? 'Space' : letter);
  }

  async press(...keys) {
    for (const key of keys) { this.keys++; await this.page.keyboard.press(key); }
  }

  /** Tab until the focus is on it: not counted, as walking is not deciding. */
  async tabTo(target, limit = 200) {
    const wanted = await target.first().elementHandle();
    for (let i = 0; i < limit; i++) {
      if (await wanted.evaluate(element => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`${limit} times Tab do not reach ${target}`);
  }

  budget(what, { clicks = 0, keys = 0, letters = 0 }) {
    ok(this.clicks <= clicks && this.keys <= keys && this.letters <= letters,
      `${what}: ${this.clicks} clicks, ${this.keys} keys, ${this.letters} letters; allowed are ${clicks}, ${keys}, ${letters}`);
    note(`${what}: ${this.clicks} clicks, ${this.keys} keys, ${this.letters} letters`);
  }
}

export { poll, until };
