// Passkeys, on the pages that offer them only: a new one, signing in by button, and by what the browser offers in the address field.
const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON && window.PublicKeyCredential.prototype.toJSON;
const of = id => able ? document.getElementById(id) : null;

/** What the server asks; a page where a factor has to be proven first is gone to. */
async function asked(form, path, again) {
  const answer = await fetch(path, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ csrf: form.elements.csrf.value }) });
  if (answer.type === 'opaqueredirect') { location.assign(again); return null; }
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function send(form, credential, ceremony) {
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.elements.ceremony.value = ceremony;
  form.submit();
}

function say(form, error) {
  form.querySelector('[role=status]').textContent = error.name === 'InvalidStateError' ? 'This device has a passkey for you already.'
    : 'That was ended or did not work. Try again, or use another way.';
}

const add = of('passkey-add');
if (add) {
  add.hidden = false;
  add.querySelector('button').addEventListener('click', async () => {
    try {
      const question = await asked(add, '/account/security/passkeys/begin', `/sign-in/again?second=true&return_to=${encodeURIComponent(location.pathname)}`);
      if (!question) return;
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(question.publicKey);
      send(add, await navigator.credentials.create({ publicKey }), question.ceremony);
    } catch (error) { say(add, error); }
  });
}

const enter = of('passkey-in');
if (enter) {
  enter.hidden = false;
  let offered;
  const get = async more => {
    const question = await asked(enter, '/sign-in/passkey/begin', '/sign-in');
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(question.publicKey);
    send(enter, await navigator.credentials.get({ publicKey, ...more }), question.ceremony);
  };
  enter.querySelector('button').addEventListener('click', async () => {
    offered?.abort();
    try { await get({}); } catch (error) { say(enter, error); }
  });
  // The browser offers passkeys where the address is typed; nothing is said where nobody takes one.
  if (document.querySelector('input[autocomplete~=webauthn]') && await PublicKeyCredential.isConditionalMediationAvailable?.()) {
    offered = new AbortController();
    get({ mediation: 'conditional', signal: offered.signal }).catch(() => {});
  }
}
