// The real product with a real database, a real SMTP server and a clock that tests move. One World per test, each with its
// own copy of a database into which the sample data was imported once.
import { createServer } from 'node:net';
import { Apps } from './totp.mjs';
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { poll } from './checks.mjs';
import { EXPORT, TODAY } from './data.mjs';

const ROOT = new URL('../../../', import.meta.url).pathname;
const BINARY = process.env.SUBSCRIPTION_CENTER_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug/subscription-center');
const PYTHON = process.env.TEST_PYTHON ?? join(ROOT, '.venv/bin/python');
const SINK = join(ROOT, 'testkit/smtp/sink.py');
const run = promisify(execFile);

// Whatever ends this process, nothing that it started lives on.
const running = new Set(), directories = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Starts a process and answers with it and the first match of `ready` in what it prints. */
async function start(command, args, { ready, env, cwd, stream = 'stderr', keep = [] }) {
  const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const ended = new Promise(resolve => child.on('exit', (code, signal) => { running.delete(child); resolve(code ?? signal); }));
  child.on('error', error => keep.push(String(error)));
  for (const name of ['stdout', 'stderr']) createInterface({ input: child[name] }).on('line', line => keep.push(line));
  let match;
  createInterface({ input: child[stream] }).on('line', line => { match ??= line.match(ready); });
  let over = null;
  ended.then(how => { over = how; });
  await poll(() => match || over !== null, 60_000);
  if (!match) throw new Error(`${command} ${args.join(' ')} did not start (${over ?? 'time is up'}):\n${keep.slice(-20).join('\n')}`);
  return { child, match, ended, keep };
}

/** Ends a process that start() began; the product must end by itself and cleanly. */
async function stop(one, clean) {
  one.child.kill('SIGTERM');
  const how = await Promise.race([one.ended, new Promise(resolve => setTimeout(resolve, 10_000, 'still running'))]);
  if (how === 'still running') one.child.kill('SIGKILL');
  if (clean && how !== 0) throw new Error(`the product ended with ${how}:\n${one.keep.slice(-20).join('\n')}`);
}

let template;
/** A database with the sample data, gone live, made once per run. */
async function imported() {
  template ??= (async () => {
    const world = new World();
    await world.command('import', EXPORT);
    await world.command('go-live', '--yes');
    // What going live sends goes out here, once, and not in each test.
    await world.serve();
    await world.quiet();
    await world.stop();
    return world;
  })();
  return template;
}

export async function removeTemplate() { if (template) (await template).remove(); }

/** A port that nobody listens on now. */
const freePort = () => new Promise((found, failed) => {
  const server = createServer().on('error', failed).listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => found(port)); });
});

export class World {
  /** A world with the sample data that serves; `settings` makes variables of its environment in its directory. `sent` went out when it
   * went live. */
  static async start(settings = () => ({})) {
    const from = await imported(), world = new World();
    world.sent = from.mails();
    Object.assign(world.env, settings(world.dir));
    cpSync(join(from.dir, 'db'), join(world.dir, 'db'), { recursive: true });
    // Later than anything that the import wrote.
    world.advance(3600);
    await world.serve();
    return world;
  }

  /** `serve --demo` in an empty directory: no database, no mail server, no clock of ours. */
  static async demo() {
    const world = new World();
    for (const name of ['SUBSCRIPTION_CENTER_DATABASE', 'SUBSCRIPTION_CENTER_CLOCK_FILE']) delete world.env[name];
    const keep = [];
    world.product = await start(BINARY, ['serve', '--demo', '--listen', '127.0.0.1:0'], { ready: /listening on (http:\/\/[\d.:]+)/, env: world.env, cwd: world.dir, keep });
    world.url = world.product.match[1];
    return world;
  }

  /** What `serve --demo` printed: [role, link] of each line with a sign-in link. */
  demoLinks() {
    return this.product.keep.map(line => line.match(/^\s*(.+?):\s+(https?:\/\/\S+\/demo\/sign-in\/\S+)\s*$/)).filter(Boolean).map(match => [match[1], match[2]]);
  }

  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'sc-browser-'));
    directories.add(this.dir);
    mkdirSync(join(this.dir, 'db'));
    this.clock = join(this.dir, 'clock');
    this.mailFile = join(this.dir, 'mails.jsonl');
    // 09:00 of the day on which the play begins, plus the time that the test takes.
    this.offset = Date.parse(`${TODAY}T09:00:00Z`) - Date.now();
    this.writeClock();
    this.apps = new Apps(this);
    writeFileSync(this.mailFile, '');
    this.env = { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: 'C.UTF-8', NO_COLOR: '1', RUST_BACKTRACE: '1',
      SUBSCRIPTION_CENTER_DATABASE: `sqlite:${join(this.dir, 'db', 'subscription-center.db')}`,
      SUBSCRIPTION_CENTER_CLOCK_FILE: this.clock };
  }

  writeClock() {
    writeFileSync(`${this.clock}.new`, String(this.offset));
    renameSync(`${this.clock}.new`, this.clock);
  }

  /** Moves the product's clock. A minute and a second is what sends the held mail. */
  advance(seconds) {
    this.offset += seconds * 1000;
    this.writeClock();
  }

  /** What the product's clock says. */
  now() { return Date.now() + this.offset; }

  /** Serves under a name instead of a number: passkeys are bound to one. */
  async serveByName() {
    const port = await freePort();
    await fetch(`${this.url}/readyz`);
    await this.stop();
    await this.serve('--listen', `127.0.0.1:${port}`, '--base-url', `http://localhost:${port}`);
    this.url = `http://localhost:${port}`;
  }

  async serve(...more) {
    const listen = more.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
    this.sink = await start(PYTHON, [SINK, '--port', '0', '--file', this.mailFile], { ready: /listening on (\d+)/, stream: 'stdout', env: this.env, cwd: this.dir });
    this.product = await start(BINARY, ['serve', ...listen, '--mail', `smtp://127.0.0.1:${this.sink.match[1]}`, ...more],
      { ready: /listening on (http:\/\/[\d.:]+)/, env: this.env, cwd: this.dir });
    this.url = this.product.match[1];
  }

  async stop() {
    try { if (this.product) await stop(this.product, true); }
    finally { if (this.sink) await stop(this.sink, false); this.product = this.sink = undefined; }
  }

  remove() {
    rmSync(this.dir, { recursive: true, force: true });
    directories.delete(this.dir);
  }

  async end() { try { await this.stop(); } finally { this.remove(); } }

  /** Runs a command of the product beside the serving one and answers with its stdout; anything but exit code 0 throws. */
  async command(...args) {
    try { return (await run(BINARY, args, { env: this.env, cwd: this.dir, maxBuffer: 64 << 20 })).stdout; }
    catch (error) { throw new Error(`${args.join(' ')} ended with ${error.code}:\n${error.stdout}${error.stderr}`); }
  }

  /** What the SMTP server has received so far. */
  mails() {
    // The last line may still be in the making.
    const text = readFileSync(this.mailFile, 'utf8');
    return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter(Boolean).map(line => JSON.parse(line));
  }

  /** Waits until `test` holds for the mails. */
  async untilMails(test, timeout = 15_000) { await poll(() => test(this.mails()), timeout); return this.mails(); }

  /** Waits until no mail has come for a second and a half: only for the template, never for an assertion. */
  async quiet() {
    let seen = -1, since = Date.now();
    await poll(() => {
      const now = this.mails().length;
      if (now !== seen) { seen = now; since = Date.now(); }
      return Date.now() - since > 1500;
    }, 120_000);
  }

  /** The API as this person. */
  async api(email) {
    const { url } = this, { token } = JSON.parse(await this.command('token', 'create', '--email', email, '--name', 'browser test', '--json'));
    const call = async (method, path, body) => {
      const answer = await fetch(`${this.url}/api/v1${path}`, { method, body: body && JSON.stringify(body),
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) } });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return JSON.parse(text);
    };
    return {
      get: path => call('GET', path),
      post: (path, body) => call('POST', path, body),
      /** A file of a release, in one part, until it is signed. */
      async upload(release, name, bytes) {
        const { artifact } = await call('POST', `/releases/${release}/artifacts`, { file_name: name, platform: 'Windows 11', language: 'English', size: bytes.length });
        const sent = await fetch(`${url}/api/v1/artifacts/${artifact}/content?offset=0`, { method: 'POST', body: bytes, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' } });
        if (!sent.ok) throw new Error(`${name}: ${sent.status} ${await sent.text()}`);
        await poll(async () => (await call('GET', `/artifacts/${artifact}`)).state === 'ready');
      },
      /** Who coordinates each serial number of a contract, by serial number. */
      async assets(contract) {
        const found = {};
        for (let cursor = ''; cursor !== null;) {
          const page = await call('GET', `/contracts/${contract}/assets?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
          for (const item of page.items) found[item.serial_number] = item.coordinator;
          cursor = page.next;
        }
        return found;
      },
    };
  }
}
