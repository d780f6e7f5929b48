-- Who asks to join through the company's own sign-in asks like everybody else: one list, decided on one page.
INSERT INTO access_requests (handle, kind, account_id, person_id, wants, words, asked_at, decision, decided_at, decided_by)
  SELECT handle, 'join', account_id, person_id, '', '', asked_at,
    CASE outcome WHEN 'waiting' THEN NULL WHEN 'declined' THEN 'declined' ELSE 'granted' END, decided_at, decided_by
  FROM oidc_joins ORDER BY id;
DROP TABLE oidc_joins;

-- handed_at: the account was opened with a link that somebody handed over, and nobody has shown yet that the mailbox is theirs.
ALTER TABLE people ADD COLUMN handed_at INT;
UPDATE people SET handed_at = (SELECT MIN(l.used_at) FROM links l WHERE l.person_id = people.id AND l.purpose = 'handed')
  WHERE NOT EXISTS (SELECT 1 FROM links l WHERE l.person_id = people.id AND l.purpose <> 'handed' AND l.used_at IS NOT NULL);

-- second_at: when a second factor (app, passkey or recovery code) was proven last; 0: not in this session.
ALTER TABLE sessions ADD COLUMN second_at INT NOT NULL DEFAULT 0;

-- confirmed_at: when the person said that this provider may sign him or her in; needed of whoever belongs to another company.
ALTER TABLE oidc_subjects ADD COLUMN confirmed_at INT;

-- sealed: the secret is sealed with the installation's key (src/auth/seal.rs); else it stands here as it is.
ALTER TABLE totps ADD COLUMN sealed BOOL NOT NULL DEFAULT FALSE;
