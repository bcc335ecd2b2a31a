-- Which notifications were owed whole (`format = "original"`), and to whom. With `event` 0 the notification itself was;
-- otherwise that one event of it was, inside the bytes of another notification.
CREATE TABLE wholes (
    notification  INTEGER NOT NULL,
    destination   INTEGER NOT NULL,
    event         INTEGER NOT NULL,
    PRIMARY KEY (notification, destination, event)
) STRICT, WITHOUT ROWID;

-- Dead letters that were made again are counted apart: 10 is `RETRIED`, 4 `DELIVERIES` of sqlite/tally.rs.
INSERT INTO tallies (sort, a, b, count)
SELECT 10, destination, 0, count(*) FROM deliveries d
WHERE state IN (11, 12) AND EXISTS (
    SELECT 1 FROM deliveries n
    WHERE n.event = d.event AND n.destination = d.destination AND n.generation > d.generation)
GROUP BY destination;

UPDATE tallies SET count = count - (
    SELECT count(*) FROM deliveries d
    WHERE d.state IN (11, 12) AND d.destination = tallies.a AND d.state = tallies.b AND EXISTS (
        SELECT 1 FROM deliveries n
        WHERE n.event = d.event AND n.destination = d.destination AND n.generation > d.generation))
WHERE sort = 4 AND b IN (11, 12);
