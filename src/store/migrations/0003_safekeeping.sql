-- What makes the store complete in one file, so that a copy of it is a backup: the key that signs its closures. And the
-- backups that were made of it.

-- One row at most: the thirty-two bytes that the signing key is computed from.
CREATE TABLE closing_key (
    place INTEGER PRIMARY KEY CHECK (place = 1),
    seed  BLOB NOT NULL CHECK (length(seed) = 32)
) STRICT;

-- Another key would not vouch for the closures that this one signed.
CREATE TRIGGER closing_key_is_made_once BEFORE INSERT ON closing_key
WHEN EXISTS (SELECT 1 FROM closing_key)
BEGIN SELECT RAISE(ABORT, 'the closing key is made once'); END;

CREATE TRIGGER closing_key_is_never_changed BEFORE UPDATE ON closing_key
BEGIN SELECT RAISE(ABORT, 'the closing key is made once'); END;

CREATE TRIGGER closing_key_is_never_erased BEFORE DELETE ON closing_key
BEGIN SELECT RAISE(ABORT, 'the closing key is made once'); END;

-- Each verified backup, noted once it had its name: when, where, and how many entries it holds.
CREATE TABLE backup (
    sequence INTEGER PRIMARY KEY,
    made_at  INTEGER NOT NULL,
    place    TEXT NOT NULL,
    entries  INTEGER NOT NULL
) STRICT;
