-- Closures of the register: each a signed note that says how many entries there were and what the last link was.
CREATE TABLE closure (
    count INTEGER PRIMARY KEY CHECK (count >= 1),
    note  TEXT NOT NULL
) STRICT;

-- Each one holds more entries than the one before: this stops INSERT OR REPLACE too.
CREATE TRIGGER closure_goes_on BEFORE INSERT ON closure
WHEN NEW.count <= (SELECT coalesce(max(count), 0) FROM closure)
BEGIN SELECT RAISE(ABORT, 'the closures are append-only'); END;

CREATE TRIGGER closure_is_never_changed BEFORE UPDATE ON closure
BEGIN SELECT RAISE(ABORT, 'the closures are append-only'); END;

CREATE TRIGGER closure_is_never_erased BEFORE DELETE ON closure
BEGIN SELECT RAISE(ABORT, 'the closures are append-only'); END;
