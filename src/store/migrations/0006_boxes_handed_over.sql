-- The boxes that left the pharmacy, each by what makes it this one box: an index of what the entries' own contents say.
CREATE TABLE box_handed_over (
    cip13  TEXT NOT NULL,
    serial TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES register (number),
    PRIMARY KEY (cip13, serial, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX box_handed_over_of_an_entry ON box_handed_over (number);

INSERT INTO box_handed_over
SELECT payload ->> '$.delivery.code', read.value, number
FROM register_payload, json_each(payload, '$.delivery.serials') AS read
WHERE payload ->> '$.delivery.code' IS NOT NULL;
