-- The first sign-in of a Contract Manager: the terms, each version as it was, and who accepted which.
CREATE TABLE terms (
  version  TEXT NOT NULL PRIMARY KEY,
  body     TEXT NOT NULL,
  since_at INT NOT NULL
);
CREATE TABLE terms_accepted (
  person_id INT NOT NULL REFERENCES people (id),
  version   TEXT NOT NULL REFERENCES terms (version),
  at        INT NOT NULL,
  PRIMARY KEY (person_id, version)
);
