// Runs the browser tests: node tests/browser/run.mjs [THEME…] [-g PART-OF-A-NAME]. Each test has a world of its own: a database
// with the sample data, the product, an SMTP server, a clock, a browser in which the Contract Manager is signed in.
// SHOTS=DIRECTORY keeps a screenshot of each page. `demo` runs only when asked for; ./test asks.
import { Browser, endChromium } from './harness/browser.mjs';
import { assertions, notes } from './harness/checks.mjs';
import { cast } from './harness/data.mjs';
import { World, removeTemplate } from './harness/product.mjs';

// The longest first, as two run side by side.
const THEMES = ['pages', 'fast', 'users', 'states', 'downloads', 'choices', 'classic', 'handover', 'shipments', 'renewals', 'signin', 'oidc', 'account', 'security'];
const WORKERS = Number(process.env.WORKERS ?? 2);
const args = process.argv.slice(2), at = args.indexOf('-g'), only = at < 0 ? '' : args.splice(at, 2)[1];
const themes = args.length ? args : THEMES;
const { main, leaver, people } = cast();
const failures = [];
let passed = 0;

/** What a theme's tests want: `start` makes the world, `as` is who is signed in, both with a usual choice. */
async function one(theme, name, test) {
  const world = theme.start ? await theme.start() : await World.start(), browsers = [];
  try {
    const open = async options => { const b = await Browser.open(world, options); browsers.push(b); return b; };
    const context = { world, main, leaver, people, open, script: !/without a script/.test(name) };
    if (theme.as) {
      const person = theme.as(context);
      context.b = await open({ script: context.script });
      await context.b.signIn(person.email);
      context.api = await world.api(person.email);
    }
    await test(context);
    for (const b of browsers) if (!b.closed) await b.close();
  } catch (error) {
    // What a reader of the report asks first: where was it, what did the page say, what did the product say.
    const b = browsers.filter(other => !other.closed).at(-1);
    if (b) {
      const seen = await b.page.innerText('body').catch(() => '');
      error.stack += `\n      on ${b.page.url()}: ${seen.replace(/\s+/g, ' ').slice(0, 600)}\n      complaints: ${b.complaints.join(' | ')}`;
      if (process.env.SHOTS) await b.shot(`FAILED ${name}`).catch(() => {});
    }
    error.stack += `\n      the product: ${world.product?.keep.slice(-5).join(' | ')}`;
    throw error;
  } finally {
    for (const b of browsers) await b.discard();
    await world.end();
  }
}

process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
const begin = Date.now(), queue = [];
for (const name of themes) {
  const theme = await import(`./${name}.mjs`);
  for (const [title, test] of Object.entries(theme.tests)) {
    if (title.includes(only)) queue.push({ theme, title, test, full: `${name}: ${title}` });
  }
}

/** Takes one test after the other; what they print stays together. */
async function worker() {
  for (let next; (next = queue.shift());) {
    const { theme, title, test, full } = next, start = Date.now(), printed = [];
    let error;
    try {
      await notes.run(printed, () => one(theme, title, test));
      passed++;
    } catch (failure) {
      error = failure;
      failures.push(full);
    }
    const lines = [`${error ? 'FAIL' : 'ok  '}  ${full} (${((Date.now() - start) / 1000).toFixed(1)} s)`, ...printed.map(text => `      ${text}`)];
    if (error) lines.push(`      ${error.stack ?? error}`);
    console.log(lines.join('\n'));
  }
}
await Promise.all(Array.from({ length: WORKERS }, worker));
await Promise.all([removeTemplate(), endChromium()]);
console.log(`${assertions()} assertions in ${((Date.now() - begin) / 1000).toFixed(0)} s`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length || !passed ? 1 : 0);
