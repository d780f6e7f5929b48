-- Whoever leaves a company leaves it for good: the membership goes, and what is history stays. What ended may name somebody who
-- is no longer a member; what is open may not, which `check` looks after. SQLite cannot drop a key: the tables are made anew.
CREATE TABLE entries_new (
  id          ID,
  person_id   INT NOT NULL REFERENCES people (id),
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
  FOREIGN KEY (contract_id, account_id) REFERENCES contracts (id, account_id)
);
INSERT INTO entries_new (id, person_id, contract_id, account_id, all_assets, releases, extensions, support, learning, set_by, from_at, ended_at)
  SELECT id, person_id, contract_id, account_id, all_assets, releases, extensions, support, learning, set_by, from_at, ended_at FROM entries;
DROP TABLE entries;
ALTER TABLE entries_new RENAME TO entries;
CREATE UNIQUE INDEX entries_person ON entries (person_id, contract_id) WHERE ended_at IS NULL;
CREATE INDEX entries_contract ON entries (contract_id, person_id) WHERE ended_at IS NULL;
CREATE TABLE covers_new (
  id          ID,
  level       TEXT NOT NULL,
  target_id   INT NOT NULL,
  contract_id INT NOT NULL,
  account_id  INT NOT NULL,
  person_id   INT REFERENCES people (id),
  from_on     TEXT NOT NULL,
  until_on    TEXT,
  under_id    INT REFERENCES people (id),
  under_by    INT,
  under_set   INT,
  state       TEXT NOT NULL,
  set_by      INT NOT NULL,
  change_set  INT NOT NULL,
  FOREIGN KEY (contract_id, account_id) REFERENCES contracts (id, account_id)
);
INSERT INTO covers_new (id, level, target_id, contract_id, account_id, person_id, from_on, until_on, under_id, under_by, under_set, state, set_by, change_set)
  SELECT id, level, target_id, contract_id, account_id, person_id, from_on, until_on, under_id, under_by, under_set, state, set_by, change_set FROM covers;
DROP TABLE covers;
ALTER TABLE covers_new RENAME TO covers;
CREATE INDEX covers_target ON covers (level, target_id, state);
CREATE INDEX covers_contract ON covers (contract_id, state);
CREATE INDEX covers_due ON covers (state, from_on, until_on);
CREATE INDEX covers_set ON covers (change_set);
