-- The key that signs tokens (one block of SHA-256): made once, so that tokens survive a restart.
CREATE TABLE signing_key (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    secret   BLOB NOT NULL CHECK (length(secret) = 64)
) STRICT;
INSERT INTO signing_key VALUES (1, randomblob(64));

-- What can be searched of each resource, in its present version. `place` is the order of creation.
CREATE TABLE resource (
    place   INTEGER PRIMARY KEY,
    type    TEXT NOT NULL,
    id      TEXT NOT NULL,
    version INTEGER NOT NULL,
    status  TEXT,
    -- The prescription it belongs to; none for a patient.
    number  TEXT,
    -- The patient it is about, by its id.
    patient TEXT,
    -- The line that a delivery answers, as a reference.
    line    TEXT,
    UNIQUE (type, id)
) STRICT;
CREATE INDEX resource_by_number ON resource (number, type);
CREATE INDEX resource_by_patient ON resource (patient, type);
CREATE INDEX resource_by_line ON resource (line, type);

-- Every version that ever was, whole.
CREATE TABLE version (
    resource INTEGER NOT NULL REFERENCES resource (place),
    version  INTEGER NOT NULL,
    content  TEXT NOT NULL,
    PRIMARY KEY (resource, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE identifier (
    value    TEXT NOT NULL,
    system   TEXT NOT NULL,
    resource INTEGER NOT NULL REFERENCES resource (place),
    PRIMARY KEY (value, system, resource)
) STRICT, WITHOUT ROWID;

-- Which prescriptions were written for which training scenario, and from what: enough to print their sheets again.
CREATE TABLE scenario (
    name       TEXT NOT NULL,
    number     TEXT NOT NULL,
    seed       TEXT NOT NULL,
    written_on TEXT NOT NULL,
    PRIMARY KEY (name, number)
) STRICT, WITHOUT ROWID;
