"""Scores kept so that a million of them are written in a second or two, and the derived copy's tokens."""

from __future__ import annotations

BULK = """
-- What is decided about a lead, without the lines that explain it; most leads share theirs with others.
-- `text` holds scores, stages, grades, tags and reasons as JSON.
CREATE TABLE outcome (
    id INTEGER PRIMARY KEY,
    total INTEGER NOT NULL,
    stage TEXT,
    grade TEXT,
    disqualified INTEGER NOT NULL CHECK (disqualified IN (0, 1)),
    text TEXT NOT NULL,
    UNIQUE (text, total)
) STRICT;

-- The rows of the view `score`, which says what their columns mean. The numbers are those of a ruleset, a
-- lead, a run and an outcome; that is not declared, since looking four of them up for each row takes a third
-- of the time of scoring all leads.
CREATE TABLE scored (
    ruleset INTEGER NOT NULL,
    lead INTEGER NOT NULL,
    run INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    lines TEXT NOT NULL,
    due INTEGER,
    PRIMARY KEY (ruleset, lead)
) STRICT, WITHOUT ROWID;

INSERT OR IGNORE INTO outcome (total, stage, grade, disqualified, text)
SELECT total, stage, grade, disqualified, outcome FROM score;
INSERT INTO scored
SELECT score.ruleset, score.lead, score.run, outcome.id, score.lines, score.due
FROM score JOIN outcome ON outcome.text = score.outcome AND outcome.total = score.total;

DROP VIEW score_lines;
DROP VIEW scores;
DROP TABLE score;

-- What is so now. `run` is the one that found it first; later ones that found the same leave it alone.
-- `outcome` holds scores, stages, grades, tags and reasons as JSON; `lines` is the explanation as a JSON
-- array. A line is its number in version_line alone where its points are those given there; else
-- [number, points], or [number, points, after fading, as written] where these differ. The points of a
-- score's lines add up to it; those of the total's own lines and all scores add up to the total. `due` is
-- the first instant at which time alone can change what was found, empty for never.
CREATE VIEW score AS
SELECT scored.ruleset, scored.lead, scored.run, outcome.total, outcome.stage, outcome.grade,
    outcome.disqualified, outcome.text AS outcome, scored.lines, scored.due
FROM scored JOIN outcome ON outcome.id = scored.outcome;

CREATE VIEW score_lines AS
SELECT ruleset.name AS ruleset, lead._key AS lead, version_line.kind, version_line.name,
    version_line.score, version_line.line, version_line.text,
    CASE part.type WHEN 'integer' THEN version_line.points ELSE part.value ->> 1 END AS points
FROM scored
JOIN ruleset ON ruleset.id = scored.ruleset
JOIN lead ON lead._id = scored.lead
JOIN run ON run.id = scored.run
JOIN json_each(scored.lines) AS part
JOIN version_line ON version_line.version = run.version
    AND version_line.number = CASE part.type WHEN 'integer' THEN part.value ELSE part.value ->> 0 END;

CREATE VIEW scores AS
SELECT ruleset.name AS ruleset, ruleset_version.number AS version, lead._key AS lead, score.total,
    score.stage, score.grade, score.disqualified, score.outcome, score.lines
FROM score
JOIN ruleset ON ruleset.id = score.ruleset
JOIN lead ON lead._id = score.lead
JOIN run ON run.id = score.run
JOIN ruleset_version ON ruleset_version.id = run.version;

-- Leads by their numbers, 64 to a zone: no score of a zone is due before `due`. So who is due is found by
-- looking into few zones, and keeping that in order costs a row a zone and not an index entry a lead.
CREATE TABLE due_zone (
    ruleset INTEGER NOT NULL REFERENCES ruleset (id),
    zone INTEGER NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (ruleset, zone)
) STRICT, WITHOUT ROWID;
INSERT INTO due_zone
SELECT ruleset, lead / 64, min(due) FROM scored WHERE due IS NOT NULL GROUP BY ruleset, lead / 64;

-- The derived copy for bulk work: a state of it carries one of these tokens, and has all batches up to
-- `data`. There are two for the moment in which one state takes the place of another.
CREATE TABLE copy (
    token TEXT PRIMARY KEY,
    data INTEGER NOT NULL
) STRICT;
"""
