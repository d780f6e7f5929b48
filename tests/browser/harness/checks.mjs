import { AsyncLocalStorage } from 'node:async_hooks';

// What a test is made of: it throws where something does not hold. Nothing sleeps before it asserts: it polls.

/** Asks again until the answer is truthy or the time is up; answers with it. Errors on the way count as "not yet". */
export async function poll(ask, timeout = 10_000) {
  const end = Date.now() + timeout;
  for (;;) {
    let answer;
    try { answer = await ask(); } catch (error) { answer = undefined; if (Date.now() > end) throw error; }
    if (answer || Date.now() > end) return answer;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

// What a test prints beside its result; tests run side by side, so each has its own.
export const notes = new AsyncLocalStorage();
export const note = text => notes.getStore().push(text);

let count = 0;
/** How many assertions have held so far: a figure for the report. */
export const assertions = () => count;

export function ok(holds, what) {
  if (!holds) throw new Error(what);
  count++;
}

export async function until(ask, what, timeout) { ok(await poll(ask, timeout), what); }

const shown = value => (typeof value === 'string' ? value : JSON.stringify(value, null, 1));
export function equal(is, should, what) {
  ok(JSON.stringify(is) === JSON.stringify(should), `${what}\n      should be ${shown(should)}\n      is        ${shown(is)}`);
}

/** Like equal(), but asks until it is so. */
export async function untilEqual(ask, should, what, timeout) {
  let is;
  await poll(async () => { is = await ask(); return JSON.stringify(is) === JSON.stringify(should); }, timeout);
  equal(is, should, what);
}
