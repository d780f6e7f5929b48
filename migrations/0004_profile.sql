-- What people say of themselves, the change of an address, exports, merges, and the vendor's staff who look.

-- time_zone empty: the vendor's. shortcuts: single keys act (WCAG 2.1.4). merged_into: the same human under another address;
-- whoever signs in with this one gets the link of that one. erased_at: nothing here says any more who it was.
ALTER TABLE people ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN shortcuts BOOL NOT NULL DEFAULT TRUE;
ALTER TABLE people ADD COLUMN merged_into INT;
ALTER TABLE people ADD COLUMN erased_at INT;

-- Where shipments go. checked_at: when the person said last that it is right.
CREATE TABLE shipping_addresses (
  person_id   INT NOT NULL PRIMARY KEY REFERENCES people (id),
  company     TEXT NOT NULL,
  recipient   TEXT NOT NULL,
  line1       TEXT NOT NULL,
  line2       TEXT NOT NULL,
  postal_code TEXT NOT NULL,
  city        TEXT NOT NULL,
  region      TEXT NOT NULL,
  country     TEXT NOT NULL,
  phone       TEXT NOT NULL,
  checked_at  INT NOT NULL
);

-- A change of address: asked, confirmed at the new and, where needs_old, at the old one, then done; or ended without, because it
-- was stopped, replaced or ran out. What is done is the history of somebody's addresses.
CREATE TABLE email_changes (
  id               ID,
  person_id        INT NOT NULL REFERENCES people (id),
  old_email        TEXT NOT NULL,
  new_email        TEXT NOT NULL,
  new_key          TEXT NOT NULL,
  asked_by         INT NOT NULL,
  asked_at         INT NOT NULL,
  expires_at       INT NOT NULL,
  old_confirmed_at INT,
  new_confirmed_at INT,
  done_at          INT,
  ended_at         INT,
  ended            TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX email_changes_open ON email_changes (person_id) WHERE done_at IS NULL AND ended_at IS NULL;
CREATE INDEX email_changes_person ON email_changes (person_id, id);
-- Which change a mailed link is about: one that was asked for later must not be confirmed by it.
ALTER TABLE notices ADD COLUMN email_change INT;
ALTER TABLE links ADD COLUMN email_change INT;

-- Everything that is held about a person, made by a job, kept for 7 days.
CREATE TABLE data_exports (
  id         ID,
  handle     TEXT NOT NULL UNIQUE,
  person_id  INT NOT NULL REFERENCES people (id),
  asked_at   INT NOT NULL,
  made_at    INT,
  expires_at INT,
  content    TEXT
);
CREATE INDEX data_exports_person ON data_exports (person_id, id);
