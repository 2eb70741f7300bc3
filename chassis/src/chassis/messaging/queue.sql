-- The queues of records set aside; each query is read by its name in queue.py.

-- name: lock_key
SELECT pg_advisory_xact_lock(hashtextextended(:subscription || ' ' || :key, 0))

-- name: lock_tokens
SELECT pg_advisory_xact_lock(hashtextextended(token, 1)) FROM unnest(CAST(:tokens AS text[])) AS token

-- name: head
SELECT * FROM set_aside WHERE subscription = :subscription AND key = :key
    AND state IN ('held', 'waiting', 'parked')
ORDER BY sequence NULLS FIRST, id LIMIT 1

-- name: standing
SELECT key, sequence, NULL AS state FROM stream_mark
WHERE subscription = :subscription AND key = ANY(:keys)
UNION ALL
(SELECT DISTINCT ON (key) key, NULL, state FROM set_aside
 WHERE subscription = :subscription AND key = ANY(:keys) AND state IN ('held', 'waiting', 'parked')
 ORDER BY key, sequence NULLS FIRST, id)

-- name: add
INSERT INTO set_aside (subscription, topic, partition, "offset", key, headers, value,
    timestamp_ms, state, cause, reason, detail, event_id, event_type, sequence, token,
    expires_at, data_subject, set_aside_at)
VALUES (:subscription, :topic, :partition, :offset, :key, CAST(:headers AS jsonb), :value,
    :timestamp_ms, :state, :cause, :code, :detail, :event_id, :event_type, :sequence, :token,
    :expires_at, :data_subject, :now)

-- name: restate
UPDATE set_aside SET state = :state, cause = :cause, reason = :code, detail = :detail,
    token = :token, expires_at = :expires_at WHERE id = :id

-- name: follow
UPDATE set_aside SET state = :state, cause = false, token = NULL, expires_at = NULL
WHERE subscription = :subscription AND key = :key AND id <> :id AND state IN ('held', 'waiting', 'parked')
    AND (state <> :state OR cause)

-- name: applied
DELETE FROM set_aside WHERE id = :id

-- name: decided
UPDATE set_aside SET state = :state, decided_at = :now, decided_by = :by, decision = :decision
WHERE id = :id

-- name: mark
INSERT INTO stream_mark (subscription, key, sequence)
SELECT :subscription, m.key, m.sequence
FROM unnest(CAST(:keys AS text[]), CAST(:sequences AS bigint[])) AS m (key, sequence)
ON CONFLICT (subscription, key) DO UPDATE
    SET sequence = greatest(stream_mark.sequence, excluded.sequence)

-- name: waiters
SELECT DISTINCT subscription, key FROM set_aside
WHERE token = ANY(:tokens) AND state = 'waiting' ORDER BY subscription, key

-- name: expired
SELECT subscription, key FROM set_aside
WHERE state = 'waiting' AND expires_at <= :now ORDER BY expires_at LIMIT 200

-- name: counts
SELECT subscription, state, count(*) AS records, count(DISTINCT key) AS keys, min(set_aside_at) AS since
FROM set_aside WHERE state IN ('held', 'waiting', 'parked') GROUP BY subscription, state

-- name: heads
SELECT * FROM (
    SELECT DISTINCT ON (subscription, key) *,
        count(*) OVER (PARTITION BY subscription, key) AS standing
    FROM set_aside WHERE state IN ('held', 'waiting', 'parked') ORDER BY subscription, key, sequence NULLS FIRST, id
) AS heads
WHERE state = ANY(:states) AND id > :after ORDER BY id LIMIT :limit

-- name: find
SELECT * FROM set_aside WHERE id = :id

-- name: prune_inbox
DELETE FROM inbox WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM inbox WHERE received_at < :before LIMIT 5000
))

-- name: prune_decided
DELETE FROM set_aside WHERE decided_at < :before
