-- The catalogue: public facts, read only once they are written. A column of several rows keeps them one a line, their
-- columns separated by tabs, as the official files do: no label can hold either.
CREATE TABLE speciality (
    cis          TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    form         TEXT NOT NULL,
    routes       TEXT NOT NULL,
    procedure    TEXT NOT NULL,
    substances   TEXT NOT NULL,
    generics     TEXT NOT NULL, -- group, role
    hybrid       TEXT NOT NULL, -- group, role
    biosimilar   TEXT NOT NULL,
    conditions   TEXT,          -- NULL: none is published, so they are unknown
    composition  TEXT NOT NULL,
    availability TEXT NOT NULL,
    atc          TEXT
) STRICT, WITHOUT ROWID;

-- Nothing but its substances links a parallel import with what it is imported for.
CREATE INDEX speciality_substances ON speciality (substances);

CREATE TABLE presentation (
    place          INTEGER PRIMARY KEY, -- the order in which a search shows them
    cip13          TEXT NOT NULL UNIQUE,
    cip7           TEXT NOT NULL,
    cis            TEXT NOT NULL REFERENCES speciality (cis),
    label          TEXT NOT NULL,
    state          TEXT NOT NULL,
    declared       TEXT NOT NULL,
    declared_on    TEXT,
    rates          TEXT NOT NULL,
    medicine_cents INTEGER,
    public_cents   INTEGER,
    fee_cents      INTEGER
) STRICT;

CREATE TABLE membership (
    kind  TEXT NOT NULL,
    grp   TEXT NOT NULL,
    cis   TEXT NOT NULL,
    PRIMARY KEY (kind, grp, cis)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_name (
    kind TEXT NOT NULL,
    grp  TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (kind, grp)
) STRICT, WITHOUT ROWID;

CREATE TABLE source (
    file        TEXT PRIMARY KEY,
    date        TEXT,
    date_origin TEXT NOT NULL,
    read        INTEGER NOT NULL,
    recoded     INTEGER NOT NULL,
    skipped     TEXT NOT NULL -- reason, lines, first
) STRICT;

CREATE TABLE made (
    at                 TEXT NOT NULL,
    specialities       INTEGER NOT NULL,
    presentations      INTEGER NOT NULL,
    without_conditions INTEGER NOT NULL,
    counted_boxes      INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE words USING fts5 (
    name, substances, content = '', columnsize = 0, prefix = '1 2 3', tokenize = "unicode61 tokenchars '.'"
);
