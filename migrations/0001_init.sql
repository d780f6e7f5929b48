-- One text for both databases. The words ID, INT, BOOL, TEXT, BLOB are ours: src/db/dialect.rs maps them.
-- Each table ends with a line `);`, so that SQLite's can be made STRICT.
-- Instants end in _at (ms since 1970, UTC), calendar days in _on (YYYY-MM-DD). Columns that end in _key are folded by
-- src/text.rs, so that both databases compare names and addresses alike.

-- What the vendor decides once for the installation: time_zone, live_at, vendor name, phone, contact address.
CREATE TABLE settings (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE accounts (
  id             ID,
  number         TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  name_key       TEXT NOT NULL,
  kind           TEXT NOT NULL,
  country        TEXT NOT NULL,
  phone          TEXT NOT NULL,
  contact_email  TEXT NOT NULL,
  renewals_email TEXT NOT NULL,
  version        INT NOT NULL
);
CREATE TABLE account_domains (
  account_id INT NOT NULL REFERENCES accounts (id),
  domain     TEXT NOT NULL,
  PRIMARY KEY (account_id, domain)
);

-- Identity is the id; the address is an attribute. 0 is the operator, -1 the system: neither has a row.
CREATE TABLE people (
  id              ID,
  handle          TEXT NOT NULL UNIQUE,
  email           TEXT NOT NULL,
  email_key       TEXT NOT NULL UNIQUE,
  first_name      TEXT NOT NULL,
  last_name       TEXT NOT NULL,
  first_key       TEXT NOT NULL,
  last_key        TEXT NOT NULL,
  sort_key        TEXT NOT NULL,
  language        TEXT NOT NULL,
  theme           TEXT NOT NULL,
  staff_role      TEXT,
  signed_in_at    INT,
  deactivated_at  INT,
  bounced_at      INT,
  version         INT NOT NULL
);
CREATE INDEX people_first ON people (first_key);
CREATE INDEX people_last ON people (last_key);

-- confirmed_at NULL: invited, not yet accepted. Only confirmed memberships carry rights.
CREATE TABLE memberships (
  account_id   INT NOT NULL REFERENCES accounts (id),
  person_id    INT NOT NULL REFERENCES people (id),
  partner_role TEXT,
  confirmed_at INT,
  PRIMARY KEY (account_id, person_id)
);
CREATE INDEX memberships_person ON memberships (person_id, account_id);

CREATE TABLE sessions (
  hash       BLOB NOT NULL PRIMARY KEY,
  person_id  INT NOT NULL REFERENCES people (id),
  created_at INT NOT NULL,
  expires_at INT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE TABLE tokens (
  hash       BLOB NOT NULL PRIMARY KEY,
  person_id  INT NOT NULL REFERENCES people (id),
  name       TEXT NOT NULL,
  created_at INT NOT NULL,
  expires_at INT NOT NULL
);
CREATE INDEX tokens_person ON tokens (person_id);
-- Single-use secrets that were mailed: purpose sign_in or invitation. The secret itself is stored nowhere.
CREATE TABLE links (
  hash       BLOB NOT NULL PRIMARY KEY,
  purpose    TEXT NOT NULL,
  person_id  INT NOT NULL REFERENCES people (id),
  account_id INT REFERENCES accounts (id),
  created_at INT NOT NULL,
  expires_at INT NOT NULL,
  used_at    INT
);
CREATE INDEX links_person ON links (person_id, purpose);
CREATE TABLE invitations (
  id          ID,
  account_id  INT NOT NULL,
  person_id   INT NOT NULL,
  invited_by  INT NOT NULL,
  invited_at  INT NOT NULL,
  expires_at  INT NOT NULL,
  mailed_at   INT,
  accepted_at INT,
  UNIQUE (account_id, person_id),
  FOREIGN KEY (account_id, person_id) REFERENCES memberships (account_id, person_id)
);

CREATE TABLE products (
  id       ID,
  code     TEXT NOT NULL UNIQUE,
  name     TEXT NOT NULL,
  name_key TEXT NOT NULL,
  line     TEXT NOT NULL
);

-- A role holder stays a member: the composite keys refuse to remove the membership.
CREATE TABLE contracts (
  id             ID,
  number         TEXT NOT NULL UNIQUE,
  account_id     INT NOT NULL REFERENCES accounts (id),
  reseller_id    INT REFERENCES accounts (id),
  manager_id     INT NOT NULL,
  coordinator_id INT,
  program        TEXT NOT NULL,
  support_tier   TEXT NOT NULL,
  start_on       TEXT NOT NULL,
  end_on         TEXT NOT NULL,
  version        INT NOT NULL,
  changed_at     INT NOT NULL,
  UNIQUE (id, account_id),
  FOREIGN KEY (account_id, manager_id) REFERENCES memberships (account_id, person_id),
  FOREIGN KEY (account_id, coordinator_id) REFERENCES memberships (account_id, person_id)
);
CREATE INDEX contracts_account ON contracts (account_id, number);
CREATE INDEX contracts_reseller ON contracts (reseller_id, number) WHERE reseller_id IS NOT NULL;
CREATE INDEX contracts_manager ON contracts (manager_id, number);
CREATE INDEX contracts_coordinator ON contracts (coordinator_id) WHERE coordinator_id IS NOT NULL;

CREATE TABLE asset_groups (
  id             ID,
  contract_id    INT NOT NULL,
  account_id     INT NOT NULL,
  name           TEXT NOT NULL,
  name_key       TEXT NOT NULL,
  coordinator_id INT,
  UNIQUE (contract_id, name_key),
  UNIQUE (id, contract_id),
  FOREIGN KEY (contract_id, account_id) REFERENCES contracts (id, account_id),
  FOREIGN KEY (account_id, coordinator_id) REFERENCES memberships (account_id, person_id)
);
CREATE INDEX asset_groups_coordinator ON asset_groups (coordinator_id, contract_id) WHERE coordinator_id IS NOT NULL;

CREATE TABLE assets (
  id             ID,
  serial         TEXT NOT NULL UNIQUE,
  contract_id    INT NOT NULL,
  account_id     INT NOT NULL,
  product_id     INT NOT NULL REFERENCES products (id),
  group_id       INT,
  release        TEXT NOT NULL,
  deployment     TEXT NOT NULL,
  seats          INT NOT NULL,
  coordinator_id INT,
  FOREIGN KEY (contract_id, account_id) REFERENCES contracts (id, account_id),
  FOREIGN KEY (group_id, contract_id) REFERENCES asset_groups (id, contract_id),
  FOREIGN KEY (account_id, coordinator_id) REFERENCES memberships (account_id, person_id)
);
CREATE INDEX assets_contract ON assets (contract_id, serial);
CREATE INDEX assets_coordinator ON assets (coordinator_id, contract_id, serial) WHERE coordinator_id IS NOT NULL;
CREATE INDEX assets_group ON assets (group_id, serial) WHERE coordinator_id IS NULL;
CREATE INDEX assets_default ON assets (contract_id, serial, group_id) WHERE coordinator_id IS NULL;

-- A coordinator who may name users on a contract, as long as he or she coordinates anything there.
CREATE TABLE naming_rights (
  contract_id INT NOT NULL,
  account_id  INT NOT NULL,
  person_id   INT NOT NULL,
  given_by    INT NOT NULL,
  given_at    INT NOT NULL,
  PRIMARY KEY (contract_id, person_id),
  FOREIGN KEY (contract_id, account_id) REFERENCES contracts (id, account_id),
  FOREIGN KEY (account_id, person_id) REFERENCES memberships (account_id, person_id)
);

-- The access of a User: one row in force per person and contract; a changed one is ended and replaced, never edited.
CREATE TABLE entries (
  id          ID,
  person_id   INT NOT NULL,
  contract_id INT NOT NULL,
  account_id  INT NOT NULL,
  all_assets  BOOL NOT NULL,
  releases    BOOL NOT NULL,
  extensions  BOOL NOT NULL,
  support     BOOL NOT NULL,
  learning    BOOL NOT NULL,
  set_by      INT NOT NULL,
  from_at     INT NOT NULL,
  ended_at    INT,
  FOREIGN KEY (contract_id, account_id) REFERENCES contracts (id, account_id),
  FOREIGN KEY (account_id, person_id) REFERENCES memberships (account_id, person_id)
);
CREATE UNIQUE INDEX entries_person ON entries (person_id, contract_id) WHERE ended_at IS NULL;
CREATE INDEX entries_contract ON entries (contract_id, person_id) WHERE ended_at IS NULL;
CREATE TABLE entry_assets (
  entry_id INT NOT NULL REFERENCES entries (id),
  asset_id INT NOT NULL REFERENCES assets (id),
  PRIMARY KEY (entry_id, asset_id)
);
CREATE INDEX entry_assets_asset ON entry_assets (asset_id);

-- A dated assignment. planned: lies ahead; active: in force, with what it lies over in under_id; then ended or cancelled.
-- under_by and under_set say who set that, with which change set. until_on NULL: hands change for good on from_on.
-- person_id NULL: falls to the next level for that time.
CREATE TABLE covers (
  id          ID,
  level       TEXT NOT NULL,
  target_id   INT NOT NULL,
  contract_id INT NOT NULL,
  account_id  INT NOT NULL,
  person_id   INT,
  from_on     TEXT NOT NULL,
  until_on    TEXT,
  under_id    INT,
  under_by    INT,
  under_set   INT,
  state       TEXT NOT NULL,
  set_by      INT NOT NULL,
  change_set  INT NOT NULL,
  FOREIGN KEY (contract_id, account_id) REFERENCES contracts (id, account_id),
  FOREIGN KEY (account_id, person_id) REFERENCES memberships (account_id, person_id),
  FOREIGN KEY (account_id, under_id) REFERENCES memberships (account_id, person_id)
);
CREATE INDEX covers_target ON covers (level, target_id, state);
CREATE INDEX covers_contract ON covers (contract_id, state);
CREATE INDEX covers_due ON covers (state, from_on, until_on);
CREATE INDEX covers_set ON covers (change_set);

-- Who was in force at a level: asset, group, contract (coordinators) or manager. until_at NULL: still is.
CREATE TABLE spans (
  id         ID,
  level      TEXT NOT NULL,
  target_id  INT NOT NULL,
  person_id  INT NOT NULL,
  from_at    INT NOT NULL,
  until_at   INT,
  set_by     INT NOT NULL,
  change_set INT
);
CREATE UNIQUE INDEX spans_open ON spans (target_id, level) WHERE until_at IS NULL;
CREATE INDEX spans_target ON spans (target_id, level, from_at);
CREATE INDEX spans_person ON spans (person_id, level);
CREATE TABLE group_spans (
  id         ID,
  asset_id   INT NOT NULL,
  group_id   INT NOT NULL,
  from_at    INT NOT NULL,
  until_at   INT,
  set_by     INT NOT NULL,
  change_set INT
);
CREATE UNIQUE INDEX group_spans_open ON group_spans (asset_id) WHERE until_at IS NULL;
CREATE INDEX group_spans_asset ON group_spans (asset_id, from_at);

-- kind: assign_coordinator, hand_over, take, undo, hands. person_id: whom it is about (the new coordinator, or who hands over).
-- An undo names the set that it undoes, the first set of that chain (root), and how far it is from it (depth): at an odd
-- depth it takes back what the root did, at an even one it does it again. undone_by: the undo after which nothing of it stands.
-- mail: none (nobody to tell), held (its 60 seconds are not over), out.
CREATE TABLE change_sets (
  id          ID,
  handle      TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  set_by      INT NOT NULL,
  at          INT NOT NULL,
  person_id   INT,
  from_on     TEXT,
  until_on    TEXT,
  undoes      INT,
  root        INT,
  depth       INT NOT NULL DEFAULT 0,
  undone_by   INT,
  mail        TEXT NOT NULL
);
CREATE INDEX change_sets_root ON change_sets (root) WHERE root IS NOT NULL;
-- Which contracts a set touched, and the version that each had afterwards: what changed since version N is answered here.
CREATE TABLE change_set_contracts (
  change_set  INT NOT NULL REFERENCES change_sets (id),
  contract_id INT NOT NULL REFERENCES contracts (id),
  version     INT NOT NULL,
  PRIMARY KEY (contract_id, change_set)
);
CREATE INDEX change_set_contracts_set ON change_set_contracts (change_set);
-- level asset, group, contract: an undated assignment, before → after. level asset_dated, group_dated, contract_dated: a
-- dated one was added (a row of covers). level cover: a dated one (target) got another person. level effect: an asset whose
-- coordinator changed by something other than its own undated assignment. level asset_hands, group_hands, contract_hands:
-- a day came on which a dated one began or ended. level naming: the right to name users of a person (target), 1 or NULL.
-- level member: an asset moved between groups. level entry: access changed (before and after are entries).
-- former, successor: the coordinator in force before and after, where target is an asset.
CREATE TABLE change_set_items (
  change_set  INT NOT NULL,
  level       TEXT NOT NULL,
  target_id   INT NOT NULL,
  contract_id INT NOT NULL,
  before_id   INT,
  after_id    INT,
  former      INT,
  successor   INT,
  reverted_by INT,
  PRIMARY KEY (change_set, level, target_id)
);
CREATE INDEX change_set_items_target ON change_set_items (target_id, level, change_set);

CREATE TABLE audit_events (
  id         ID,
  at         INT NOT NULL,
  actor_id   INT NOT NULL,
  action     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  target_id  INT NOT NULL,
  change_set INT,
  digest     BLOB NOT NULL,
  seq        INT UNIQUE,
  hash       BLOB
);
CREATE INDEX audit_events_target ON audit_events (kind, target_id, id);
CREATE INDEX audit_events_unsealed ON audit_events (id) WHERE seq IS NULL;
-- What happened in words, beside the chain: erasing a person's data keeps the chain valid.
CREATE TABLE audit_details (
  event_id INT NOT NULL PRIMARY KEY REFERENCES audit_events (id),
  detail   TEXT NOT NULL
);

CREATE TABLE jobs (
  id           ID,
  kind         TEXT NOT NULL,
  payload      INT NOT NULL,
  dedup_key    TEXT NOT NULL UNIQUE,
  run_at       INT NOT NULL,
  urgent       BOOL NOT NULL,
  state        TEXT NOT NULL,
  attempts     INT NOT NULL,
  lease        INT NOT NULL,
  leased_until INT NOT NULL,
  error        TEXT NOT NULL
);
CREATE INDEX jobs_due ON jobs (state, urgent, run_at);

-- The ledger of every message, and the outbox: state queued, sent, failed or not_sent (before go-live). Texts hold no
-- secret: where link_purpose is set, {link} is replaced by a fresh single-use link while sending.
CREATE TABLE notices (
  id           ID,
  person_id    INT NOT NULL REFERENCES people (id),
  account_id   INT,
  contract_id  INT,
  change_set   INT,
  kind         TEXT NOT NULL,
  address      TEXT NOT NULL,
  subject      TEXT NOT NULL,
  body_text    TEXT NOT NULL,
  body_html    TEXT NOT NULL,
  why          TEXT NOT NULL,
  link_purpose TEXT,
  reply_to     TEXT NOT NULL,
  message_id   TEXT NOT NULL UNIQUE,
  dedup_key    TEXT NOT NULL UNIQUE,
  state        TEXT NOT NULL,
  error        TEXT NOT NULL,
  created_at   INT NOT NULL,
  sent_at      INT
);
CREATE INDEX notices_person ON notices (person_id, id);
CREATE INDEX notices_contract ON notices (contract_id, id);
CREATE INDEX notices_change_set ON notices (change_set);
-- Demo mode delivers here; nothing leaves the machine.
CREATE TABLE demo_mails (
  id         ID,
  at         INT NOT NULL,
  sent_to    TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body_text  TEXT NOT NULL,
  body_html  TEXT NOT NULL
);

CREATE TABLE idempotency_keys (
  person_id INT NOT NULL,
  action    TEXT NOT NULL,
  key       TEXT NOT NULL,
  digest    BLOB NOT NULL,
  answer    TEXT NOT NULL,
  at        INT NOT NULL,
  PRIMARY KEY (person_id, action, key)
);
CREATE INDEX idempotency_keys_at ON idempotency_keys (at);
