-- prefers_media: what has a media kit comes by post, too.
ALTER TABLE people ADD COLUMN prefers_media BOOL NOT NULL DEFAULT FALSE;

-- One for each company, coordinator, address and release; its number outside is 30000 more than its id.
-- state: requested, approved, shipped, delivered, returned, cancelled. The address is a snapshot: it stays as it was confirmed.
-- confirmed_at NULL: waits until its coordinator says that the address is right, who was asked at asked_at.
-- origin: order, announcement, or hands (serial numbers that left another one, split_from, together with their coordinator).
CREATE TABLE shipments (
  id           ID,
  account_id   INT NOT NULL REFERENCES accounts (id),
  person_id    INT NOT NULL REFERENCES people (id),
  release_id   INT NOT NULL REFERENCES releases (id),
  state        TEXT NOT NULL,
  company      TEXT NOT NULL,
  recipient    TEXT NOT NULL,
  line1        TEXT NOT NULL,
  line2        TEXT NOT NULL,
  postal_code  TEXT NOT NULL,
  city         TEXT NOT NULL,
  region       TEXT NOT NULL,
  country      TEXT NOT NULL,
  phone        TEXT NOT NULL,
  confirmed_at INT,
  asked_at     INT,
  origin       TEXT NOT NULL,
  requested_by INT NOT NULL,
  requested_at INT NOT NULL,
  state_at     INT NOT NULL,
  carrier      TEXT NOT NULL DEFAULT '',
  tracking     TEXT NOT NULL DEFAULT '',
  reason       TEXT NOT NULL DEFAULT '',
  split_from   INT,
  version      INT NOT NULL
);
CREATE UNIQUE INDEX shipments_together ON shipments (account_id, person_id, release_id, recipient, company, line1, line2,
  postal_code, city, region, country) WHERE state = 'requested' AND confirmed_at IS NOT NULL;
CREATE INDEX shipments_account ON shipments (account_id, state, id);
CREATE INDEX shipments_person ON shipments (person_id, id);
CREATE INDEX shipments_state ON shipments (state, id);
CREATE INDEX shipments_release ON shipments (release_id, person_id);
CREATE INDEX shipments_split ON shipments (split_from) WHERE split_from IS NOT NULL;
CREATE TABLE shipment_assets (
  shipment_id INT NOT NULL REFERENCES shipments (id),
  asset_id    INT NOT NULL REFERENCES assets (id),
  PRIMARY KEY (shipment_id, asset_id)
);
CREATE INDEX shipment_assets_asset ON shipment_assets (asset_id);
-- What happened to it, in order. former and successor: coordinators, where hands changed.
CREATE TABLE shipment_events (
  id           ID,
  shipment_id  INT NOT NULL REFERENCES shipments (id),
  at           INT NOT NULL,
  by_id        INT NOT NULL,
  event        TEXT NOT NULL,
  words        TEXT NOT NULL,
  former_id    INT,
  successor_id INT
);
CREATE INDEX shipment_events_shipment ON shipment_events (shipment_id, id);
