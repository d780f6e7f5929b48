// An authenticator app (RFC 6238) with a clock of the world, which never gives one code twice.
import { createHmac } from 'node:crypto';

const STEP = 30, ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function bytes(base32) {
  const bits = [...base32].map(letter => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
}

export function code(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', bytes(secret.replaceAll(' ', ''))).update(counter).digest(), at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** The app of each person of a world. */
export class Apps {
  #apps = new Map();
  constructor(world) { this.world = world; }

  scan(email, secret) { this.#apps.set(email, { secret, last: 0 }); }
  knows(email) { return this.#apps.has(email); }

  /** A code that was not shown before; where the present one was, the next one, after waiting on the world's clock. */
  next(email) {
    const app = this.#apps.get(email), now = () => Math.floor(this.world.now() / 1000 / STEP);
    const step = Math.max(app.last + 1, now());
    if (step > now() + 1) this.world.advance((step - now()) * STEP);
    app.last = step;
    return code(app.secret, step);
  }
}
