-- What a person decided about a hand-over that the base refused or contradicted: the choice, its author, moment and
-- reason. Append-only: a later choice follows an earlier one. `operator` is a JSON document.
CREATE TABLE settlement (
    sequence   INTEGER PRIMARY KEY,
    hand_over  INTEGER NOT NULL REFERENCES hand_over (sequence),
    choice     TEXT NOT NULL CHECK (choice IN ('kept', 'not-received', 'retried', 'acknowledged')),
    operator   TEXT NOT NULL,
    settled_at INTEGER NOT NULL,
    reason     TEXT NOT NULL CHECK (trim(reason) <> '')
) STRICT;

CREATE INDEX settlement_of_hand_over ON settlement (hand_over);
CREATE INDEX settlement_by_moment ON settlement (settled_at);

CREATE TRIGGER settlement_goes_on BEFORE INSERT ON settlement
WHEN EXISTS (SELECT 1 FROM settlement WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'the settlements are append-only'); END;

CREATE TRIGGER settlement_is_never_changed BEFORE UPDATE ON settlement
BEGIN SELECT RAISE(ABORT, 'the settlements are append-only'); END;

-- It goes with its hand-over at the end of the retention, after the outbox's row, and never before.
CREATE TRIGGER settlement_goes_with_its_hand_over_only BEFORE DELETE ON settlement
WHEN EXISTS (SELECT 1 FROM outbox WHERE hand_over = OLD.hand_over)
BEGIN SELECT RAISE(ABORT, 'the settlements are append-only'); END;

-- The prescriptions that a terminal told the base it is serving, until it gave them back or recorded their hand-over:
-- what a crash leaves behind is given back when that terminal starts again.
CREATE TABLE held (
    terminal     TEXT NOT NULL,
    prescription TEXT NOT NULL,
    held_until   INTEGER NOT NULL,
    PRIMARY KEY (terminal, prescription)
) STRICT, WITHOUT ROWID;
