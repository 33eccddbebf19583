-- Which replica does what only one may do at a time; until is in microseconds
-- since 1970.

-- +goose Up
CREATE TABLE claims (
    name  TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    until INTEGER NOT NULL,
    state BLOB -- for who takes it next
);

-- +goose Down
DROP TABLE claims;
