// How a page looks to whoever judges it: in light and dark, wide and at 320 px; and what each page has to keep.
import { NARROW, WIDE } from './browser.mjs';
import { equal, ok } from './checks.mjs';

export const LOOKS = ['light', 'dark'].flatMap(colorScheme => [WIDE, NARROW].map(viewport => ({ colorScheme, viewport })));

/** The policy allows files of our own and nothing else. */
export function strict(policy, what) {
  ok(policy, `${what} has a content security policy`);
  const rules = Object.fromEntries(policy.split(';').map(rule => rule.trim().split(/\s+/)).filter(rule => rule[0]).map(([name, ...from]) => [name, from]));
  for (const name of ['default-src', 'script-src', 'style-src', 'form-action', 'base-uri', 'frame-ancestors']) ok(rules[name], `${what}: ${name} is set`);
  equal(rules['default-src'], ["'none'"], `${what}: nothing is allowed by default`);
  equal(rules['base-uri'], ["'none'"], `${what}: no base`);
  equal([rules['script-src'], rules['style-src']], [["'self'"], ["'self'"]], `${what}: scripts and styles are files of ours`);
  ok(!/unsafe|\*|https?:/.test(policy), `${what}: nothing unsafe and no other host: ${policy}`);
}

/** What the server sent: no inline script, no inline style, no handler. */
export function clean(html, what) {
  const tags = html.match(/<[a-zA-Z][^>]*>/g) ?? [];
  equal(tags.filter(tag => /^<style/i.test(tag) || (/^<script/i.test(tag) && !/\ssrc=/i.test(tag)) || /\s(style|on[a-z]+)\s*=/i.test(tag) || /javascript:/i.test(tag)), [], `${what}: nothing inline`);
}

/** What holds of each page, check by check. `answer`: what the server sent; none: the page was posted to. */
export const checks = (b, name, answer) => [
  ...(answer ? [
    () => strict(answer.headers()['content-security-policy'], name),
    () => equal(answer.headers()['x-content-type-options'], 'nosniff', `${name}: content is what it says`),
    async () => clean(await answer.text(), name),
  ] : []),
  async () => ok(/^(Error: )?\S.* – Subscription Center$/.test(await b.page.title()), `${name}: the title is "${await b.page.title()}"`),
  async () => equal(await b.locate('h1').count(), 1, `${name}: one h1`),
];

/** A state that takes several people to reach, in each look. Where it has an address of its own it is loaded anew. */
export async function looks(b, name, { loaded = true } = {}) {
  const usual = b.page.viewportSize(), called = b.script ? name : `${name}, without a script`;
  for (const { colorScheme, viewport } of LOOKS) {
    await b.page.emulateMedia({ colorScheme });
    await b.page.setViewportSize(viewport);
    const answer = loaded ? await b.goto(b.page.url()) : null, look = `${colorScheme} ${viewport.width} ${called}`;
    for (const check of checks(b, look, answer)) await check();
    await b.accessible(look);
    b.contented();
    await b.shot(look);
  }
  await b.page.emulateMedia({ colorScheme: 'light' });
  await b.page.setViewportSize(usual);
}
