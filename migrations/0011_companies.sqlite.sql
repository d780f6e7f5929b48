-- A company that was entered twice became another one: its number leads there.
ALTER TABLE accounts ADD COLUMN merged_into INT REFERENCES accounts (id);
-- What a merge of companies moved beside the items of its change set; its undo reads it. had: the company that stays had it before;
-- direct: the one that the merge names, not one that had become it earlier.
CREATE TABLE merged_companies (
  change_set INT NOT NULL REFERENCES change_sets (id),
  account_id INT NOT NULL REFERENCES accounts (id),
  kept_id    INT NOT NULL REFERENCES accounts (id),
  direct     BOOL NOT NULL,
  PRIMARY KEY (change_set, account_id)
);
CREATE TABLE merged_members (
  change_set   INT NOT NULL REFERENCES change_sets (id),
  person_id    INT NOT NULL REFERENCES people (id),
  confirmed_at INT,
  had          BOOL NOT NULL,
  PRIMARY KEY (change_set, person_id)
);
CREATE TABLE merged_domains (
  change_set INT NOT NULL REFERENCES change_sets (id),
  domain     TEXT NOT NULL,
  had        BOOL NOT NULL,
  PRIMARY KEY (change_set, domain)
);
