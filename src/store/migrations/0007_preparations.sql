-- The chronological number of each magistral preparation (CSP art. R. 5125-45), apart from the register's own. What was
-- recorded of it is in the content of its entry; a rectification keeps the number of what it replaces.
CREATE TABLE preparation (
    register_number INTEGER PRIMARY KEY REFERENCES register (number),
    number          INTEGER NOT NULL CHECK (number > 0)
) STRICT;

CREATE INDEX preparation_by_number ON preparation (number);

CREATE TRIGGER preparation_is_never_changed BEFORE UPDATE ON preparation
BEGIN SELECT RAISE(ABORT, 'the register of preparations is append-only'); END;

CREATE TRIGGER preparation_is_never_removed BEFORE DELETE ON preparation
BEGIN SELECT RAISE(ABORT, 'the register of preparations is append-only'); END;
