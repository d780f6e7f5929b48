-- When somebody was here last; signed_in_at is the first time. What was sent before then counts as opened.
ALTER TABLE people ADD COLUMN seen_at INT;
UPDATE people SET seen_at = (SELECT MAX(d.seen_at) FROM devices d WHERE d.person_id = people.id);

-- came_back_at: a report or the mail server said that it does not arrive; error says how. delayed_at: it may still arrive.
-- copy_of: the notice of which this is a copy. digest_id: the digest in which it was told. about: what its link is about.
-- Two more states: collected (waits for a digest), digested (was told in one), and off (its reader does not want it).
ALTER TABLE notices ADD COLUMN came_back_at INT;
ALTER TABLE notices ADD COLUMN delayed_at INT;
ALTER TABLE notices ADD COLUMN copy_of INT;
ALTER TABLE notices ADD COLUMN digest_id INT;
ALTER TABLE notices ADD COLUMN about INT;
ALTER TABLE links ADD COLUMN about INT;
CREATE INDEX notices_account ON notices (account_id, id);
CREATE INDEX notices_collected ON notices (person_id) WHERE state = 'collected';
CREATE INDEX announced_assets_asset ON announced_assets (asset_id);

-- Where somebody's notices go beside the address that signs in. Only confirmed ones get any.
CREATE TABLE notice_addresses (
  id           ID,
  handle       TEXT NOT NULL UNIQUE,
  person_id    INT NOT NULL REFERENCES people (id),
  email        TEXT NOT NULL,
  email_key    TEXT NOT NULL,
  added_at     INT NOT NULL,
  confirmed_at INT,
  UNIQUE (person_id, email_key)
);

-- Notices of somebody who is away are copied to a colleague, from the first to the last day. One at a time.
CREATE TABLE absences (
  person_id    INT NOT NULL PRIMARY KEY REFERENCES people (id),
  colleague_id INT NOT NULL REFERENCES people (id),
  from_on      TEXT NOT NULL,
  until_on     TEXT NOT NULL
);

-- What stops a kind of message with one click; made while such a mail is sent, and good for each later click.
CREATE TABLE unsubscribe_links (
  hash       BLOB NOT NULL PRIMARY KEY,
  person_id  INT NOT NULL REFERENCES people (id),
  category   TEXT NOT NULL,
  created_at INT NOT NULL
);
CREATE INDEX unsubscribe_links_person ON unsubscribe_links (person_id);

-- Who also gets the mail of a contract when a role on it seems vacant. Named by its Contract Manager.
CREATE TABLE backup_contacts (
  contract_id INT NOT NULL PRIMARY KEY REFERENCES contracts (id),
  person_id   INT NOT NULL REFERENCES people (id),
  named_by    INT NOT NULL,
  named_at    INT NOT NULL
);
CREATE INDEX backup_contacts_person ON backup_contacts (person_id);

-- Asked once a year whether somebody still coordinates the serial numbers of a company; answer: yes or no.
CREATE TABLE role_checks (
  id          ID,
  person_id   INT NOT NULL REFERENCES people (id),
  account_id  INT NOT NULL REFERENCES accounts (id),
  assets      INT NOT NULL,
  asked_at    INT NOT NULL,
  answer      TEXT NOT NULL DEFAULT '',
  answered_at INT
);
CREATE INDEX role_checks_person ON role_checks (person_id, account_id, asked_at);
