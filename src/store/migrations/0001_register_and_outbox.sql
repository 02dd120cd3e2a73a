-- The register (ordonnancier), what the base has not acknowledged yet, and prescriptions as they were received.
--
-- Moments are milliseconds since 1970 where they are compared, and texts (RFC 3339, UTC) where they are hashed.

-- One row per delivered line, and per correction. Nothing in it names a person, and nothing in it is ever erased:
-- `link` binds the row to the one before it, `commitment` to its content, which lives in `register_payload`.
CREATE TABLE register (
    number      INTEGER PRIMARY KEY CHECK (number >= 1),
    recorded_at TEXT NOT NULL,
    class       TEXT NOT NULL,
    commitment  BLOB NOT NULL CHECK (length(commitment) = 32),
    link        BLOB NOT NULL CHECK (length(link) = 32)
) STRICT;

CREATE TRIGGER register_has_no_gap BEFORE INSERT ON register
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM register)
BEGIN SELECT RAISE(ABORT, 'the register is numbered without gaps'); END;

CREATE TRIGGER register_is_never_changed BEFORE UPDATE ON register
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;

CREATE TRIGGER register_is_never_erased BEFORE DELETE ON register
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;

-- The content of an entry, byte for byte as it was committed to, and the salt of that commitment. In a table of its own
-- so that both can be erased when their retention ends without breaking the chain; until a migration brings that
-- erasure, with its rule, the trigger below forbids it.
CREATE TABLE register_payload (
    number  INTEGER PRIMARY KEY REFERENCES register (number),
    salt    BLOB NOT NULL CHECK (length(salt) = 32),
    payload TEXT NOT NULL
) STRICT;

-- INSERT OR REPLACE erases a row without firing the triggers on DELETE: this one stops it before.
CREATE TRIGGER register_payload_is_written_once BEFORE INSERT ON register_payload
WHEN EXISTS (SELECT 1 FROM register_payload WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;

CREATE TRIGGER register_payload_is_never_changed BEFORE UPDATE ON register_payload
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;

CREATE TRIGGER register_payload_is_never_erased BEFORE DELETE ON register_payload
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;

-- Which entry corrects which: an index of what the corrections' own contents say. One correction per entry.
CREATE TABLE register_correction (
    corrected  INTEGER PRIMARY KEY REFERENCES register (number),
    correction INTEGER NOT NULL UNIQUE REFERENCES register (number)
) STRICT;

-- One row per hand-over. `sequence` is the order in which they were recorded: clocks jump, it does not.
CREATE TABLE hand_over (
    sequence       INTEGER PRIMARY KEY,
    dispense       TEXT NOT NULL UNIQUE,
    prescription   TEXT NOT NULL,
    handed_over_at INTEGER NOT NULL,
    content        TEXT NOT NULL
) STRICT;

CREATE INDEX hand_over_of_prescription ON hand_over (prescription);
CREATE INDEX hand_over_by_moment ON hand_over (handed_over_at);

-- What is posted is what was recorded.
CREATE TRIGGER hand_over_is_never_changed BEFORE UPDATE ON hand_over
BEGIN SELECT RAISE(ABORT, 'a recorded hand-over is never changed'); END;

-- One row per line of a hand-over, in its order: its register entry (none when nothing was delivered) and its true
-- state at the base.
CREATE TABLE dispensed_line (
    id              TEXT PRIMARY KEY,
    hand_over       INTEGER NOT NULL REFERENCES hand_over (sequence),
    place           INTEGER NOT NULL,
    line            INTEGER NOT NULL, -- the line of the prescription that it answers
    register_number INTEGER UNIQUE REFERENCES register (number),
    state           TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'conflict', 'refused')),
    refusal_code    TEXT,
    refusal_text    TEXT,
    refusal_line    INTEGER,
    UNIQUE (hand_over, place),
    CHECK ((state IN ('conflict', 'refused')) = (refusal_code IS NOT NULL AND refusal_text IS NOT NULL))
) STRICT;

-- One row per hand-over, kept after the base accepted it. `state` is the state of the line that most needs attention.
CREATE TABLE outbox (
    hand_over    INTEGER PRIMARY KEY REFERENCES hand_over (sequence),
    state        TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'conflict', 'refused')),
    attempts     INTEGER NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT 'not-tried',
    tried_at     INTEGER NOT NULL, -- when `next_attempt` was computed: a clock behind it was set back
    next_attempt INTEGER NOT NULL,
    claimed_at   INTEGER           -- when a counter began to post it; NULL when none is at it
) STRICT;

CREATE INDEX outbox_by_state ON outbox (state);

-- Every body the base ever sent, once, under its SHA-256.
CREATE TABLE received_body (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    body   TEXT NOT NULL
) STRICT;

-- Each time a prescription was received; the last one is the copy that serves when the base is silent.
CREATE TABLE received (
    sequence     INTEGER PRIMARY KEY,
    prescription TEXT NOT NULL,
    received_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX received_of_prescription ON received (prescription);

CREATE TABLE received_answer (
    received INTEGER NOT NULL REFERENCES received (sequence),
    place    INTEGER NOT NULL,
    sha256   BLOB NOT NULL REFERENCES received_body (sha256),
    PRIMARY KEY (received, place)
) STRICT, WITHOUT ROWID;
