-- A purchase that came for a company under an address that nobody knew there: it went to the company's present Contract
-- Manager (manager_id), who decides whether the one named (person_id) is let in and manages it.
CREATE TABLE adoptions (
  contract_id INT NOT NULL PRIMARY KEY REFERENCES contracts (id),
  account_id  INT NOT NULL REFERENCES accounts (id),
  person_id   INT NOT NULL REFERENCES people (id),
  manager_id  INT NOT NULL REFERENCES people (id),
  came_at     INT NOT NULL,
  mailed_at   INT,
  decision    TEXT,
  decided_at  INT,
  decided_by  INT
);
CREATE INDEX adoptions_person ON adoptions (person_id);
