-- Purges: what was erased at the end of its retention, when and by whom. The entries themselves stay, without content.
CREATE TABLE purge (
    sequence        INTEGER PRIMARY KEY,
    purged_at       TEXT NOT NULL,
    operator        TEXT NOT NULL,
    -- Whether the clock agreed with what is recorded, or somebody vouched for it.
    clock           TEXT NOT NULL CHECK (clock IN ('plausible', 'vouched-for')),
    register_length INTEGER NOT NULL, -- the entries whose moments were looked at
    hand_overs      INTEGER NOT NULL, -- how many were erased whole
    copies          INTEGER NOT NULL  -- how many prescriptions as received
) STRICT;

-- Which entries of the register a purge left without content.
CREATE TABLE purged_entry (
    number INTEGER PRIMARY KEY REFERENCES register (number),
    purge  INTEGER NOT NULL REFERENCES purge (sequence)
) STRICT;

CREATE TRIGGER purge_is_added_at_the_end BEFORE INSERT ON purge
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM purge)
BEGIN SELECT RAISE(ABORT, 'the purges are append-only'); END;

CREATE TRIGGER purge_is_never_changed BEFORE UPDATE ON purge
BEGIN SELECT RAISE(ABORT, 'the purges are append-only'); END;

CREATE TRIGGER purge_is_never_erased BEFORE DELETE ON purge
BEGIN SELECT RAISE(ABORT, 'the purges are append-only'); END;

-- An entry is purged once: this stops INSERT OR REPLACE too.
CREATE TRIGGER purged_entry_is_written_once BEFORE INSERT ON purged_entry
WHEN EXISTS (SELECT 1 FROM purged_entry WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the purges are append-only'); END;

CREATE TRIGGER purged_entry_is_never_changed BEFORE UPDATE ON purged_entry
BEGIN SELECT RAISE(ABORT, 'the purges are append-only'); END;

CREATE TRIGGER purged_entry_is_never_erased BEFORE DELETE ON purged_entry
BEGIN SELECT RAISE(ABORT, 'the purges are append-only'); END;

-- Nothing is erased without its trace.
DROP TRIGGER register_payload_is_never_erased;
CREATE TRIGGER register_payload_is_erased_by_a_purge_only BEFORE DELETE ON register_payload
WHEN NOT EXISTS (SELECT 1 FROM purged_entry WHERE number = OLD.number)
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;

-- The patient's choice as it was read with the last post, where it is not the one read before the hand-over.
ALTER TABLE outbox ADD COLUMN consent TEXT CHECK (consent IN ('agreed', 'opposed', 'not-recorded'));
