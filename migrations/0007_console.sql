-- The vendor's staff: whose pages a session shows, and two records that became one.

-- view_as: whose pages are shown, until view_until. Nothing can be changed meanwhile.
ALTER TABLE sessions ADD COLUMN view_as INT;
ALTER TABLE sessions ADD COLUMN view_until INT;
-- Who looked at whose pages and why: the person reads it.
CREATE TABLE views (
  id        ID,
  viewer_id INT NOT NULL REFERENCES people (id),
  person_id INT NOT NULL REFERENCES people (id),
  why       TEXT NOT NULL,
  began_at  INT NOT NULL,
  until_at  INT NOT NULL
);
CREATE INDEX views_person ON views (person_id, id);
-- What a merge moved beside the items of its change set: kind membership (an account), naming (a contract) or earlier (a person
-- who was merged before). had: the one who stays had it already.
CREATE TABLE merged_rows (
  change_set INT NOT NULL REFERENCES change_sets (id),
  kind       TEXT NOT NULL,
  target_id  INT NOT NULL,
  had        BOOL NOT NULL,
  PRIMARY KEY (change_set, kind, target_id)
);
