INSERT INTO accounts (id, number, name, name_key, kind, country, phone, contact_email, renewals_email, version) VALUES
  (1, 'A-1', 'Ostrava & Finch', 'ostrava & finch', 'customer', 'GB', '', '', '', 1);
INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, version) VALUES
  (1, 'h1', 'elena@of.example', 'elena@of.example', 'Elena', 'Ostrava', 'elena', 'ostrava', '01', 'en', 'auto', 1),
  (2, 'h2', 'maya@of.example', 'maya@of.example', 'Maya', 'Lindqvist', 'maya', 'lindqvist', '02', 'en', 'auto', 1),
  (3, 'h3', 'tomas@of.example', 'tomas@of.example', 'Tomás', 'Brandt', 'tomas', 'brandt', '03', 'en', 'auto', 1),
  (4, 'h4', 'jonas@of.example', 'jonas@of.example', 'Jonas', 'Weidmann', 'jonas', 'weidmann', '04', 'en', 'auto', 1);
-- Elena was here: nobody is welcomed in these tests.
UPDATE people SET signed_in_at = 1 WHERE id = 1;
INSERT INTO memberships (account_id, person_id, confirmed_at) VALUES (1, 1, 1), (1, 2, 1), (1, 3, 1), (1, 4, 1);
INSERT INTO products (id, code, name, name_key, line) VALUES (1, 'P1', 'Draftline 2027', 'draftline 2027', 'Draftline');
INSERT INTO contracts (id, number, account_id, manager_id, program, support_tier, start_on, end_on, version, changed_at) VALUES
  (1, '110448270013', 1, 1, 'maintenance', 'gold', '2020-01-01', '2099-12-31', 1, 1),
  (2, '110448270021', 1, 1, 'maintenance', 'gold', '2020-01-01', '2099-12-31', 1, 1);
INSERT INTO asset_groups (id, contract_id, account_id, name, name_key) VALUES (1, 1, 1, 'Boston office', 'boston office');
INSERT INTO assets (id, serial, contract_id, account_id, product_id, group_id, release, deployment, seats, coordinator_id) VALUES
  (1, 'S1', 1, 1, 1, NULL, '2027', 'standalone', 1, 3), (2, 'S2', 1, 1, 1, NULL, '2027', 'standalone', 1, NULL),
  (3, 'S3', 1, 1, 1, NULL, '2027', 'standalone', 1, NULL), (4, 'S4', 1, 1, 1, 1, '2027', 'standalone', 1, NULL),
  (5, 'S5', 1, 1, 1, 1, '2027', 'network', 5, NULL), (6, 'T1', 2, 1, 1, NULL, '2027', 'network', 5, NULL);
INSERT INTO spans (level, target_id, person_id, from_at, set_by) VALUES
  ('asset', 1, 3, 1, 0), ('manager', 1, 1, 1, 0), ('manager', 2, 1, 1, 0);
