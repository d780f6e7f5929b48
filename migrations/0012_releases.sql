-- What a person wants to be told of, and when; no row: at once. Only what may be switched off has a category.
CREATE TABLE notice_preferences (
  person_id INT NOT NULL REFERENCES people (id),
  category  TEXT NOT NULL,
  how       TEXT NOT NULL,
  PRIMARY KEY (person_id, category)
);

-- A new version of a product line (kind release), or what adds to one of them between versions (kind extension, of base).
-- state: draft, published, withdrawn. media: can also be shipped. licence: to be accepted once before a download; may be empty.
CREATE TABLE releases (
  id           ID,
  handle       TEXT NOT NULL UNIQUE,
  line         TEXT NOT NULL,
  kind         TEXT NOT NULL,
  version_name TEXT NOT NULL,
  version_key  TEXT NOT NULL,
  base         TEXT NOT NULL,
  released_on  TEXT NOT NULL,
  notes        TEXT NOT NULL,
  licence      TEXT NOT NULL,
  media        BOOL NOT NULL,
  state        TEXT NOT NULL,
  created_by   INT NOT NULL,
  published_at INT,
  withdrawn_at INT,
  withdrawn_why TEXT NOT NULL DEFAULT '',
  version      INT NOT NULL,
  UNIQUE (line, kind, version_key)
);
CREATE INDEX releases_newest ON releases (state, released_on, id);
CREATE INDEX products_line ON products (line);
CREATE INDEX assets_product ON assets (product_id, contract_id);

-- A file of a release. state: uploading (received bytes so far), checking, ready, failed. sha256 and signature once it is ready.
CREATE TABLE artifacts (
  id          ID,
  handle      TEXT NOT NULL UNIQUE,
  release_id  INT NOT NULL REFERENCES releases (id),
  file_name   TEXT NOT NULL,
  platform    TEXT NOT NULL,
  language    TEXT NOT NULL,
  size        INT NOT NULL,
  received    INT NOT NULL,
  state       TEXT NOT NULL,
  error       TEXT NOT NULL,
  expected    BLOB,
  sha256      BLOB,
  signature   BLOB,
  uploaded_by INT NOT NULL,
  touched_at  INT NOT NULL,
  UNIQUE (release_id, file_name)
);

-- What has come of a file that is being uploaded: each part is an object of its own until the file is put together.
CREATE TABLE artifact_parts (
  artifact_id INT NOT NULL REFERENCES artifacts (id),
  at_byte     INT NOT NULL,
  length      INT NOT NULL,
  name        TEXT NOT NULL,
  PRIMARY KEY (artifact_id, at_byte)
);

-- The list of an announcement is frozen when it is confirmed. state: sending, paused, done.
CREATE TABLE announcements (
  id         ID,
  release_id INT NOT NULL REFERENCES releases (id),
  by_id      INT NOT NULL,
  at         INT NOT NULL,
  people     INT NOT NULL,
  assets     INT NOT NULL,
  state      TEXT NOT NULL,
  UNIQUE (release_id)
);
-- One row per serial number; level says through which one its coordinator is: asset, group, contract, contract_manager.
CREATE TABLE announced_assets (
  announcement_id INT NOT NULL REFERENCES announcements (id),
  person_id       INT NOT NULL,
  asset_id        INT NOT NULL,
  level           TEXT NOT NULL,
  PRIMARY KEY (announcement_id, person_id, asset_id)
);

-- Who accepted the licence agreement of a release, once.
CREATE TABLE licence_acceptances (
  release_id INT NOT NULL REFERENCES releases (id),
  person_id  INT NOT NULL REFERENCES people (id),
  at         INT NOT NULL,
  PRIMARY KEY (release_id, person_id)
);
-- Each download: made by a link that one person can start within minutes, with the session or token that asked for it.
CREATE TABLE downloads (
  id          ID,
  hash        BLOB NOT NULL UNIQUE,
  artifact_id INT NOT NULL REFERENCES artifacts (id),
  person_id   INT NOT NULL,
  asset_id    INT,
  bearer      BLOB NOT NULL,
  asked_at    INT NOT NULL,
  start_until INT NOT NULL,
  started_at  INT,
  done_at     INT
);
CREATE INDEX downloads_artifact ON downloads (artifact_id, person_id);
CREATE INDEX downloads_person ON downloads (person_id, id);

ALTER TABLE notices ADD COLUMN announcement_id INT;
CREATE INDEX notices_announcement ON notices (announcement_id, state) WHERE announcement_id IS NOT NULL;
