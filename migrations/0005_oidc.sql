-- Signing in with a company's own provider (OpenID Connect). account_id NULL: the one of the vendor's people.
-- client_secret: sealed with the installation's key (src/oidc/sealed.rs); NULL: a public client. joins: ask (a Contract
-- Manager decides about an address that is new here) or at_once. only_here: addresses of the domains sign in no other way.
CREATE TABLE oidc_providers (
  id            ID,
  account_id    INT REFERENCES accounts (id),
  issuer        TEXT NOT NULL,
  client_id     TEXT NOT NULL,
  client_secret BLOB,
  joins         TEXT NOT NULL,
  only_here     BOOL NOT NULL,
  version       INT NOT NULL
);
CREATE UNIQUE INDEX oidc_providers_account ON oidc_providers (COALESCE(account_id, 0));
-- A domain leads to one provider. A company's counts only as long as the vendor lists it in account_domains.
CREATE TABLE oidc_domains (
  domain      TEXT NOT NULL PRIMARY KEY,
  provider_id INT NOT NULL REFERENCES oidc_providers (id)
);
CREATE INDEX oidc_domains_provider ON oidc_domains (provider_id);
-- Who somebody is at the provider, bound at the first sign-in. Another issuer begins anew.
CREATE TABLE oidc_subjects (
  provider_id INT NOT NULL REFERENCES oidc_providers (id),
  issuer      TEXT NOT NULL,
  subject     TEXT NOT NULL,
  person_id   INT NOT NULL REFERENCES people (id),
  bound_at    INT NOT NULL,
  PRIMARY KEY (provider_id, issuer, subject)
);
CREATE INDEX oidc_subjects_person ON oidc_subjects (person_id, provider_id);
-- A sign-in under way, by the hash of the secret in the browser's cookie: for ten minutes, once.
CREATE TABLE oidc_attempts (
  hash        BLOB NOT NULL PRIMARY KEY,
  provider_id INT NOT NULL REFERENCES oidc_providers (id),
  return_to   TEXT NOT NULL,
  expires_at  INT NOT NULL,
  used_at     INT
);
CREATE INDEX oidc_attempts_expires ON oidc_attempts (expires_at);
-- Somebody of a bound domain who is no member: outcome waiting, approved, at_once or declined. Waiting is no membership.
CREATE TABLE oidc_joins (
  id         ID,
  handle     TEXT NOT NULL UNIQUE,
  account_id INT NOT NULL REFERENCES accounts (id),
  person_id  INT NOT NULL REFERENCES people (id),
  outcome    TEXT NOT NULL,
  asked_at   INT NOT NULL,
  decided_at INT,
  decided_by INT,
  UNIQUE (account_id, person_id)
);
CREATE INDEX oidc_joins_person ON oidc_joins (person_id);
