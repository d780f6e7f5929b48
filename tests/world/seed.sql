INSERT INTO settings (name, value) VALUES ('time_zone', 'UTC'), ('demo', '1'), ('live_at', '1');
INSERT INTO accounts (id, number, name, name_key, kind, country, phone, contact_email, renewals_email, version) VALUES
  (1, 'A-1', 'Acme', 'acme', 'customer', 'GB', '', '', '', 1), (2, 'A-2', 'Beta', 'beta', 'customer', 'GB', '', '', '', 1),
  (3, 'A-3', 'Foreign', 'foreign', 'customer', 'GB', '', '', '', 1), (4, 'R-1', 'Reseller', 'reseller', 'reseller', 'GB', '', '', '', 1),
  (5, 'R-2', 'Other reseller', 'other reseller', 'reseller', 'GB', '', '', '', 1);
INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, staff_role, deactivated_at, version) VALUES
  (1, 'h1', 'cm@acme.example', 'cm@acme.example', 'Ann', 'Acme', 'ann', 'acme', '01', 'en', 'system', NULL, NULL, 1),
  (2, 'h2', 'cm2@acme.example', 'cm2@acme.example', 'Bob', 'Acme', 'bob', 'acme', '02', 'en', 'system', NULL, NULL, 1),
  (3, 'h3', 'sc@acme.example', 'sc@acme.example', 'Cid', 'Acme', 'cid', 'acme', '03', 'en', 'system', NULL, NULL, 1),
  (4, 'h4', 'scn@acme.example', 'scn@acme.example', 'Dan', 'Acme', 'dan', 'acme', '04', 'en', 'system', NULL, NULL, 1),
  (5, 'h5', 'user@acme.example', 'user@acme.example', 'Eve', 'Acme', 'eve', 'acme', '05', 'en', 'system', NULL, NULL, 1),
  (6, 'h6', 'named@acme.example', 'named@acme.example', 'Fay', 'Acme', 'fay', 'acme', '06', 'en', 'system', NULL, NULL, 1),
  (7, 'h7', 'pending@acme.example', 'pending@acme.example', 'Gus', 'Acme', 'gus', 'acme', '07', 'en', 'system', NULL, NULL, 1),
  (8, 'h8', 'former@acme.example', 'former@acme.example', 'Hal', 'Gone', 'hal', 'gone', '08', 'en', 'system', NULL, NULL, 1),
  (9, 'h9', 'deactivated@acme.example', 'deactivated@acme.example', 'Ida', 'Acme', 'ida', 'acme', '09', 'en', 'system', NULL, 5, 1),
  (10, 'h10', 'agent@reseller.example', 'agent@reseller.example', 'Jon', 'Reseller', 'jon', 'reseller', '10', 'en', 'system', NULL, NULL, 1),
  (11, 'h11', 'agent@other.example', 'agent@other.example', 'Kim', 'Other', 'kim', 'other', '11', 'en', 'system', NULL, NULL, 1),
  (12, 'h12', 'cm@beta.example', 'cm@beta.example', 'Lou', 'Beta', 'lou', 'beta', '12', 'en', 'system', NULL, NULL, 1),
  (13, 'h13', 'cm@foreign.example', 'cm@foreign.example', 'Max', 'Foreign', 'max', 'foreign', '13', 'en', 'system', NULL, NULL, 1),
  (14, 'h14', 'stranger@nowhere.example', 'stranger@nowhere.example', 'Sam', 'Stranger', 'sam', 'stranger', '14', 'en', 'system', NULL, NULL, 1),
  (21, 'h21', 'administrator@vendor.example', 'administrator@vendor.example', 'Ned', 'Vendor', 'ned', 'vendor', '21', 'en', 'system', 'administrator', NULL, 1),
  (22, 'h22', 'support@vendor.example', 'support@vendor.example', 'Oda', 'Vendor', 'oda', 'vendor', '22', 'en', 'system', 'support', NULL, 1),
  (23, 'h23', 'releases@vendor.example', 'releases@vendor.example', 'Pia', 'Vendor', 'pia', 'vendor', '23', 'en', 'system', 'releases', NULL, 1),
  (24, 'h24', 'fulfilment@vendor.example', 'fulfilment@vendor.example', 'Quy', 'Vendor', 'quy', 'vendor', '24', 'en', 'system', 'fulfilment', NULL, 1),
  (25, 'h25', 'auditor@vendor.example', 'auditor@vendor.example', 'Ron', 'Vendor', 'ron', 'vendor', '25', 'en', 'system', 'auditor', NULL, 1);
INSERT INTO memberships (account_id, person_id, partner_role, confirmed_at) VALUES
  (1, 1, NULL, 1), (1, 2, NULL, 1), (1, 3, NULL, 1), (1, 4, NULL, 1), (1, 5, NULL, 1), (1, 6, NULL, 1), (1, 7, NULL, NULL), (1, 9, NULL, 1),
  (2, 12, NULL, 1), (3, 13, NULL, 1), (4, 10, 'partner', 1), (5, 11, 'partner', 1);
INSERT INTO products (id, code, name, name_key, line) VALUES (1, 'P1', 'Draftline 2027', 'draftline 2027', 'Draftline');
INSERT INTO contracts (id, number, account_id, reseller_id, manager_id, coordinator_id, program, support_tier, start_on, end_on, version, changed_at) VALUES
  (1, '100000000001', 1, 4, 1, NULL, 'maintenance', 'gold', '2020-01-01', '2099-12-31', 1, 1),
  (2, '100000000002', 1, 5, 2, NULL, 'maintenance', 'gold', '2020-01-01', '2099-12-31', 1, 1),
  (3, '100000000003', 2, 4, 12, NULL, 'term', 'standard', '2020-01-01', '2099-12-31', 1, 1),
  (4, '100000000004', 3, NULL, 13, NULL, 'term', 'standard', '2020-01-01', '2099-12-31', 1, 1);
INSERT INTO assets (id, serial, contract_id, account_id, product_id, group_id, release, deployment, seats, coordinator_id) VALUES
  (1, 'S1', 1, 1, 1, NULL, '2027', 'standalone', 1, 3), (2, 'S2', 1, 1, 1, NULL, '2027', 'standalone', 1, 4), (3, 'S3', 1, 1, 1, NULL, '2027', 'standalone', 1, 7),
  (4, 'S4', 1, 1, 1, NULL, '2027', 'standalone', 1, 9), (5, 'S5', 1, 1, 1, NULL, '2027', 'network', 5, NULL), (6, 'T1', 2, 1, 1, NULL, '2027', 'network', 5, NULL),
  (7, 'B1', 3, 2, 1, NULL, '2027', 'network', 5, NULL), (8, 'F1', 4, 3, 1, NULL, '2027', 'network', 5, NULL);
INSERT INTO spans (level, target_id, person_id, from_at, set_by) VALUES
  ('asset', 1, 3, 1, 0), ('asset', 2, 4, 1, 0), ('asset', 3, 7, 1, 0), ('asset', 4, 9, 1, 0),
  ('manager', 1, 1, 1, 0), ('manager', 2, 2, 1, 0), ('manager', 3, 12, 1, 0), ('manager', 4, 13, 1, 0);
INSERT INTO naming_rights (contract_id, account_id, person_id, given_by, given_at) VALUES (1, 1, 4, 1, 1);
INSERT INTO entries (id, person_id, contract_id, account_id, all_assets, releases, extensions, support, learning, set_by, from_at) VALUES
  (1, 5, 1, 1, TRUE, TRUE, FALSE, TRUE, TRUE, 1, 1), (2, 6, 1, 1, FALSE, FALSE, TRUE, TRUE, TRUE, 1, 1);
INSERT INTO entry_assets (entry_id, asset_id) VALUES (2, 1);
INSERT INTO change_sets (id, handle, kind, set_by, at, person_id, mail) VALUES
  (1, 'k1', 'assign_coordinator', 1, 9000000000000, 3, 'out'), (2, 'k2', 'assign_coordinator', 2, 9000000000000, NULL, 'out'),
  (3, 'k3', 'assign_coordinator', 12, 9000000000000, NULL, 'out'), (4, 'k4', 'assign_coordinator', 13, 9000000000000, NULL, 'out');
INSERT INTO change_set_contracts (change_set, contract_id, version) VALUES (1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 4, 1);
INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id, former, successor) VALUES
  (1, 'asset', 1, 1, NULL, 3, 1, 3), (2, 'asset', 6, 2, 2, NULL, 2, 2), (3, 'asset', 7, 3, 12, NULL, 12, 12), (4, 'asset', 8, 4, 13, NULL, 13, 13);
INSERT INTO adoptions (contract_id, account_id, person_id, manager_id, came_at, decision, decided_at, decided_by) VALUES
  (1, 1, 1, 1, 1, 'kept', 1, 1), (2, 1, 2, 2, 1, 'kept', 1, 2), (3, 2, 12, 12, 1, 'kept', 1, 12), (4, 3, 13, 13, 1, 'kept', 1, 13);
INSERT INTO demo_mails (id, at, sent_to, subject, body_text, body_html) VALUES (1, 1, 'x@acme.example', 'Hello', 'Hello', '<p>Hello</p>');
INSERT INTO products (id, code, name, name_key, line) VALUES (2, 'P2', 'Foreign 1', 'foreign 1', 'Foreign line');
INSERT INTO assets (id, serial, contract_id, account_id, product_id, group_id, release, deployment, seats, coordinator_id) VALUES
  (90, 'F2', 4, 3, 2, NULL, '1', 'network', 5, NULL);
INSERT INTO releases (id, handle, line, kind, version_name, version_key, base, released_on, notes, licence, media, state, created_by, published_at, version) VALUES
  (1, 'r1', 'Draftline', 'release', '2027.1', '2027.1', '', '2026-11-01', 'Faster', '', TRUE, 'published', 23, 1, 1),
  (2, 'r2', 'Draftline', 'extension', 'Symbols', 'symbols', '2027', '2026-11-02', '', 'Be fair', FALSE, 'published', 23, 1, 1),
  (3, 'r3', 'Draftline', 'release', '2028', '2028', '', '2027-03-01', '', '', FALSE, 'draft', 23, NULL, 1),
  (4, 'r4', 'Foreign line', 'release', '2', '2', '', '2026-11-01', '', '', FALSE, 'published', 23, 1, 1);
INSERT INTO artifacts (id, handle, release_id, file_name, platform, language, size, received, state, error, uploaded_by, touched_at) VALUES
  (1, 'a1', 1, 'draftline.zip', 'any', 'any', 5, 5, 'ready', '', 23, 1), (2, 'a2', 2, 'symbols.zip', 'any', 'any', 5, 5, 'ready', '', 23, 1),
  (3, 'a3', 3, 'next.zip', 'any', 'any', 5, 2, 'uploading', '', 23, 1), (4, 'a4', 4, 'foreign.zip', 'any', 'any', 5, 5, 'ready', '', 23, 1);
INSERT INTO shipments (id, account_id, person_id, release_id, state, company, recipient, line1, line2, postal_code, city, region, country, phone, confirmed_at, origin, requested_by, requested_at, state_at, version) VALUES
  (1, 1, 3, 1, 'delivered', 'Acme', 'Cid Acme', 'Quay 1', '', '3011', 'Rotterdam', '', 'NL', '', 1, 'order', 3, 1, 1, 1),
  (2, 1, 2, 1, 'delivered', 'Acme', 'Bob Acme', 'Quay 1', '', '3011', 'Rotterdam', '', 'NL', '', 1, 'order', 2, 1, 1, 1),
  (3, 2, 12, 1, 'delivered', 'Beta', 'Lou Beta', 'Quay 2', '', '3011', 'Rotterdam', '', 'NL', '', 1, 'order', 12, 1, 1, 1),
  (4, 3, 13, 1, 'delivered', 'Foreign', 'Max Foreign', 'Quay 3', '', '3011', 'Rotterdam', '', 'NL', '', 1, 'order', 13, 1, 1, 1);
INSERT INTO shipment_assets (shipment_id, asset_id) VALUES (1, 1), (2, 6), (3, 7), (4, 8);
