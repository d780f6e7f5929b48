-- Signing in: what a session proves, passwords, second factors, passkeys, throttles, devices.

-- fresh_at: when a factor was proven last. strong: two factors, or one that counts as two, stand behind it.
-- opened_by: link, invitation, password, passkey, oidc or demo. device: browser and system in words.
ALTER TABLE sessions ADD COLUMN opened_by TEXT NOT NULL DEFAULT 'link';
ALTER TABLE sessions ADD COLUMN strong BOOL NOT NULL DEFAULT FALSE;
ALTER TABLE sessions ADD COLUMN fresh_at INT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN seen_at INT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';

-- scope: read or write.
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'write';
ALTER TABLE tokens ADD COLUMN used_at INT;

-- A long-lived cookie of one browser, for each person that signed in with it.
CREATE TABLE devices (
  hash       BLOB NOT NULL,
  person_id  INT NOT NULL REFERENCES people (id),
  label      TEXT NOT NULL,
  created_at INT NOT NULL,
  seen_at    INT NOT NULL,
  PRIMARY KEY (hash, person_id)
);
CREATE INDEX devices_person ON devices (person_id);

-- phc: Argon2id with its salt and cost.
CREATE TABLE passwords (
  person_id INT NOT NULL PRIMARY KEY REFERENCES people (id),
  phc       TEXT NOT NULL,
  set_at    INT NOT NULL
);

-- confirmed_at NULL: shown, not yet proven. last_step: no code of that step or an earlier one is taken again.
CREATE TABLE totps (
  person_id    INT NOT NULL PRIMARY KEY REFERENCES people (id),
  secret       BLOB NOT NULL,
  created_at   INT NOT NULL,
  confirmed_at INT,
  last_step    INT NOT NULL
);
CREATE TABLE recovery_codes (
  person_id  INT NOT NULL REFERENCES people (id),
  hash       BLOB NOT NULL,
  created_at INT NOT NULL,
  used_at    INT,
  PRIMARY KEY (person_id, hash)
);

-- passkey: what webauthn-rs keeps of it, as JSON; no secret.
CREATE TABLE passkeys (
  id            ID,
  handle        TEXT NOT NULL UNIQUE,
  person_id     INT NOT NULL REFERENCES people (id),
  credential_id BLOB NOT NULL UNIQUE,
  passkey       TEXT NOT NULL,
  name          TEXT NOT NULL,
  created_at    INT NOT NULL,
  used_at       INT
);
CREATE INDEX passkeys_person ON passkeys (person_id);
-- A registration or a sign-in with a passkey that has begun.
CREATE TABLE ceremonies (
  hash       BLOB NOT NULL PRIMARY KEY,
  kind       TEXT NOT NULL,
  person_id  INT REFERENCES people (id),
  state      TEXT NOT NULL,
  expires_at INT NOT NULL
);

-- The first factor was right, the second one is asked for: not a session.
CREATE TABLE half_sign_ins (
  hash       BLOB NOT NULL PRIMARY KEY,
  person_id  INT NOT NULL REFERENCES people (id),
  opened_by  TEXT NOT NULL,
  return_to  TEXT NOT NULL,
  expires_at INT NOT NULL
);
CREATE INDEX half_sign_ins_person ON half_sign_ins (person_id);

-- What counts towards a throttle, kept for as long as it counts; and a row per subject that serialises its counting.
CREATE TABLE throttles (
  subject TEXT NOT NULL PRIMARY KEY,
  at      INT NOT NULL
);
CREATE TABLE tries (
  id      ID,
  subject TEXT NOT NULL,
  at      INT NOT NULL
);
CREATE INDEX tries_subject ON tries (subject, at);

-- Mail that somebody who is not signed in asked for. Known and unknown addresses are written down alike; the worker looks who it is.
CREATE TABLE mail_requests (
  id        ID,
  kind      TEXT NOT NULL,
  email_key TEXT NOT NULL,
  at        INT NOT NULL
);
