-- Naming users: what becomes of an invitation, and who asks for access.
ALTER TABLE invitations ADD COLUMN reminded_at INT;

-- Somebody of a company asks for access: about one serial number of it, or without saying which. decision: granted,
-- declined or withdrawn; NULL: nobody has decided yet. wants: the grants, separated by spaces. kind: access, or join for
-- somebody whose company's own sign-in let him or her in.
CREATE TABLE access_requests (
  id          ID,
  handle      TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  account_id  INT NOT NULL,
  person_id   INT NOT NULL,
  asset_id    INT REFERENCES assets (id),
  wants       TEXT NOT NULL,
  words       TEXT NOT NULL,
  asked_at    INT NOT NULL,
  decision    TEXT,
  decided_at  INT,
  decided_by  INT
);
CREATE INDEX access_requests_open ON access_requests (account_id, id) WHERE decision IS NULL;
CREATE INDEX access_requests_person ON access_requests (person_id, id);
