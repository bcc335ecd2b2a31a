-- What retention needs to find its way.

-- Events whose notification is not the one of their place in the order of arrival: set aside first, and routed later from
-- another copy or read anew. All others stand in the order of their notifications.
CREATE TABLE moved (
    notification  INTEGER NOT NULL,
    event         INTEGER NOT NULL,
    PRIMARY KEY (notification, event)
) STRICT, WITHOUT ROWID;

CREATE INDEX moved_events ON moved (event);

INSERT INTO moved (notification, event)
SELECT notification, seq FROM (
    SELECT seq, notification, max(notification) OVER (ORDER BY seq) AS newest FROM events
) WHERE notification < newest;

-- Notifications that kept their bytes when retention came past, since they were still needed. `event` is the row before the
-- first of theirs.
CREATE TABLE retained (
    notification  INTEGER PRIMARY KEY,
    event         INTEGER NOT NULL
) STRICT;
