-- What a mail carries beside its words: a calendar file. mailbox: whose address it goes to. Empty: the person's own; reseller or
-- vendor: a company's, which is no person and gets what this person is told, or asked for.
ALTER TABLE notices ADD COLUMN calendar TEXT;
ALTER TABLE notices ADD COLUMN mailbox TEXT NOT NULL DEFAULT '';

-- Each term that a contract was ever known to have, by its last day. A new one arms all steps. ordered_at: the reseller marked the
-- renewal as ordered, which pauses them.
CREATE TABLE renewal_terms (
  contract_id INT NOT NULL REFERENCES contracts (id),
  end_on      TEXT NOT NULL,
  known_at    INT NOT NULL,
  ordered_at  INT,
  ordered_by  INT,
  PRIMARY KEY (contract_id, end_on)
);
-- The steps of a term that are done, each once: days before its end, negative after it. state: told (mail was written), passed_over
-- (a later one was due already, so that nobody gets several mails at once), past (before the contract was known, or before go-live).
CREATE TABLE renewal_steps (
  contract_id INT NOT NULL REFERENCES contracts (id),
  end_on      TEXT NOT NULL,
  days        INT NOT NULL,
  state       TEXT NOT NULL,
  at          INT NOT NULL,
  PRIMARY KEY (contract_id, end_on, days)
);
-- The weeks, by their Mondays, whose mail to resellers was written.
CREATE TABLE renewal_weeks (
  monday_on TEXT NOT NULL PRIMARY KEY,
  at        INT NOT NULL
);

-- A Contract Manager asks what a renewal costs. reseller_id: who is asked, and alone sees it; NULL: the vendor.
-- state: asked, quoted, ordered, renewed.
CREATE TABLE quote_requests (
  id          ID,
  handle      TEXT NOT NULL UNIQUE,
  contract_id INT NOT NULL REFERENCES contracts (id),
  end_on      TEXT NOT NULL,
  asked_by    INT NOT NULL,
  asked_at    INT NOT NULL,
  words       TEXT NOT NULL,
  sent_to     TEXT NOT NULL,
  reseller_id INT REFERENCES accounts (id),
  state       TEXT NOT NULL,
  answer      TEXT NOT NULL DEFAULT '',
  answered_by INT,
  answered_at INT
);
CREATE INDEX quote_requests_contract ON quote_requests (contract_id, id);
CREATE TABLE quote_request_lines (
  request_id INT NOT NULL REFERENCES quote_requests (id),
  product_id INT NOT NULL REFERENCES products (id),
  seats      INT NOT NULL,
  wanted     INT NOT NULL,
  PRIMARY KEY (request_id, product_id)
);

-- The key of somebody's calendar feed: one, of which only the hash is kept. A new one ends the old one.
CREATE TABLE calendar_keys (
  person_id  INT NOT NULL PRIMARY KEY REFERENCES people (id),
  hash       BLOB NOT NULL UNIQUE,
  created_at INT NOT NULL
);

CREATE INDEX contracts_end ON contracts (end_on, number);
