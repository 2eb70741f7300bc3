-- The tables that every service has beside its own, first shape. Frozen: a change of shape is a
-- new file and a new migration in each service.

-- Rows stay after they were sent: they are what `republish` would send again.
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    topic text NOT NULL,
    key text NOT NULL,
    headers jsonb NOT NULL,
    value bytea NOT NULL,
    data_subject text,
    recorded_at timestamptz NOT NULL,
    sent_at timestamptz
);

CREATE INDEX outbox_pending ON outbox (seq) WHERE sent_at IS NULL;

CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

CREATE INDEX outbox_subject ON outbox (data_subject) WHERE data_subject IS NOT NULL;

-- Keys whose first pending row cannot be sent at all (no such topic, no right, too large).
CREATE TABLE outbox_stuck (
    topic text NOT NULL,
    key text NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (topic, key)
);

CREATE TABLE inbox (
    subscription text NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (subscription, source, event_id)
);

CREATE INDEX inbox_received ON inbox USING brin (received_at);

-- The highest sequence applied, per subscription and aggregate.
CREATE TABLE stream_mark (
    subscription text NOT NULL,
    key text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (subscription, key)
);

-- Records not applied yet, in one queue per subscription and key: held for a gap, waiting for
-- something not yet known, or parked until a person decides. Decided ones stay as history.
CREATE TABLE set_aside (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key text NOT NULL,
    headers jsonb NOT NULL,
    value bytea,
    timestamp_ms bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('held','waiting','parked','replayed','discarded')),
    cause boolean NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    event_id text,
    event_type text,
    sequence bigint,
    token text,
    expires_at timestamptz,
    data_subject text,
    set_aside_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    decision text
);

CREATE INDEX set_aside_queue ON set_aside (subscription, key, sequence, id)
    WHERE state IN ('held','waiting','parked');

CREATE INDEX set_aside_token ON set_aside (token) WHERE state = 'waiting';

CREATE INDEX set_aside_expiry ON set_aside (expires_at) WHERE state = 'waiting';

CREATE INDEX set_aside_subject ON set_aside (data_subject) WHERE data_subject IS NOT NULL;

CREATE TABLE idempotency_reply (
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    status integer NOT NULL,
    body jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (caller, key)
);

CREATE TABLE jwks_copy (
    issuer text PRIMARY KEY,
    keys jsonb NOT NULL,
    fetched_at timestamptz NOT NULL
);
