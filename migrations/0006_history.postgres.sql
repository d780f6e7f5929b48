-- Whoever leaves a company leaves it for good: the membership goes, and what is history stays. What ended may name somebody who
-- is no longer a member; what is open may not, which `check` looks after.
ALTER TABLE entries DROP CONSTRAINT entries_account_id_person_id_fkey;
ALTER TABLE entries ADD FOREIGN KEY (person_id) REFERENCES people (id);
ALTER TABLE covers DROP CONSTRAINT covers_account_id_person_id_fkey;
ALTER TABLE covers DROP CONSTRAINT covers_account_id_under_id_fkey;
ALTER TABLE covers ADD FOREIGN KEY (person_id) REFERENCES people (id);
ALTER TABLE covers ADD FOREIGN KEY (under_id) REFERENCES people (id);
