-- When the person was seen last before the present visit: what came since is new to him or her.
ALTER TABLE people ADD COLUMN seen_before_at INT;
