-- One file for SQLite and PostgreSQL. Instants are UTC microseconds. Bodies are sealed (vault.py). Every state step is
-- a guarded UPDATE. [skip locked] is where PostgreSQL is told to pass over rows that somebody else is claiming.

-- name: inbox_take(delivery_id, at)!
-- No row: the delivery came before. It is nobody's: it has to outlive a person who is forgotten.
INSERT INTO inbox (delivery_id, at) VALUES (:delivery_id, :at) ON CONFLICT (delivery_id) DO NOTHING;

-- name: inbox_expire(before)!
DELETE FROM inbox WHERE at < :before;

-- name: person_find(platform, workspace, user)^
-- With how many knocks are parked, and whether anything waits that a newer answer takes the place of.
SELECT id, revision, body,
  (SELECT count(*) FROM outbox
   WHERE platform = :platform AND workspace = :workspace AND user_id = :user AND state = 'parked' AND check_in > 0),
  EXISTS (SELECT 1 FROM outbox
   WHERE platform = :platform AND workspace = :workspace AND user_id = :user
     AND (state = 'parked' OR (state = 'ready' AND check_in = 0)))
FROM people WHERE platform = :platform AND workspace = :workspace AND user_id = :user;

-- name: person_add(platform, workspace, user, body, at)<!
INSERT INTO people (platform, workspace, user_id, revision, body, touched_at)
VALUES (:platform, :workspace, :user, 0, :body, :at) RETURNING id;

-- name: person_update(person_id, revision, body, at)!
UPDATE people SET revision = revision + 1, body = :body, touched_at = :at
WHERE id = :person_id AND revision = :revision;

-- name: person_forget_debriefs(person_id)!
DELETE FROM debriefs WHERE person_id = :person_id;

-- name: person_forget_check_ins(person_id)!
DELETE FROM check_ins WHERE person_id = :person_id;

-- name: person_forget_parcels(platform, workspace, user)!
DELETE FROM outbox WHERE platform = :platform AND workspace = :workspace AND user_id = :user;

-- name: person_forget(person_id)!
DELETE FROM people WHERE id = :person_id;

-- name: person_keep(person_id, days)!
UPDATE people SET keep_days = :days WHERE id = :person_id;

-- name: people_stale(now, latest, most)
SELECT id, platform, workspace, user_id FROM people
WHERE touched_at < :latest AND touched_at < :now - keep_days * 86400000000
  AND NOT EXISTS (SELECT 1 FROM check_ins WHERE person_id = people.id AND state IN ('planned', 'leased'))
LIMIT :most;

-- name: person_stale(person_id, now)$
SELECT 1 FROM people
WHERE id = :person_id AND touched_at < :now - keep_days * 86400000000
  AND NOT EXISTS (SELECT 1 FROM check_ins WHERE person_id = people.id AND state IN ('planned', 'leased'));

-- name: debrief_put(person_id, number, body, at)!
INSERT INTO debriefs (person_id, number, body, closed_at) VALUES (:person_id, :number, :body, :at)
ON CONFLICT (person_id, number) DO UPDATE SET body = excluded.body, closed_at = excluded.closed_at;

-- name: debriefs_of(person_id, most)
SELECT number, body, closed_at FROM debriefs WHERE person_id = :person_id ORDER BY number DESC LIMIT :most;

-- name: debriefs_expire(now, usual)!
-- Whoever chose nothing, or longer: none goes before `usual`, so that only what is older is looked at.
DELETE FROM debriefs WHERE closed_at < :usual AND closed_at < :now - (
  SELECT keep_days FROM people WHERE people.id = person_id
) * 86400000000;

-- name: debriefs_expire_sooner(now)!
-- Those of people who chose less than the usual 90 days: few, and in an index of their own.
DELETE FROM debriefs WHERE person_id IN (SELECT id FROM people WHERE keep_days < 90) AND closed_at < :now - (
  SELECT keep_days FROM people WHERE people.id = person_id
) * 86400000000;

-- name: parcel_add(key, platform, workspace, user, body, state, made_at, wake_at, attempt, check_in)<!
INSERT INTO outbox (key, platform, workspace, user_id, body, state, made_at, wake_at, attempt, check_in)
VALUES (:key, :platform, :workspace, :user, :body, :state, :made_at, :wake_at, :attempt, :check_in) RETURNING id;

-- name: workspaces_due(platform, now)
-- The distinct workspaces, each found by one step in the index however many rows it has.
WITH RECURSIVE waiting (workspace) AS (
  SELECT min(workspace) FROM outbox WHERE state IN ('ready', 'sending') AND platform = :platform
  UNION ALL
  SELECT (
    SELECT min(outbox.workspace) FROM outbox
    WHERE state IN ('ready', 'sending') AND platform = :platform AND outbox.workspace > waiting.workspace
  ) FROM waiting WHERE waiting.workspace IS NOT NULL
)
SELECT workspace FROM waiting WHERE workspace IS NOT NULL AND EXISTS (
  SELECT 1 FROM outbox
  WHERE state IN ('ready', 'sending') AND platform = :platform AND outbox.workspace = waiting.workspace
    AND wake_at <= :now
);

-- name: parcels_claim(platform, workspace, state, now, until, most)
UPDATE outbox SET state = 'sending', wake_at = :until, attempt = attempt + 1
WHERE id IN (
  SELECT id FROM outbox
  WHERE state IN ('ready', 'sending') AND state = :state
    AND platform = :platform AND workspace = :workspace AND wake_at <= :now
  ORDER BY wake_at LIMIT :most [skip locked]
)
RETURNING id, key, user_id, body, made_at, attempt, check_in;

-- name: parcel_still_ours(id, attempt, until)$
SELECT 1 FROM outbox WHERE id = :id AND attempt = :attempt AND state = 'sending' AND wake_at >= :until;

-- name: parcel_of_key(key)^
SELECT id, body, made_at FROM outbox WHERE key = :key AND state = 'sending' AND attempt = 1;

-- name: parcels_supersede(platform, workspace, user)!
-- A newer answer takes the place of one that still waits, and of whatever could not be delivered and has now been told.
DELETE FROM outbox
WHERE platform = :platform AND workspace = :workspace AND user_id = :user
  AND (state = 'parked' OR (state = 'ready' AND check_in = 0));

-- name: parcel_done(id)!
DELETE FROM outbox WHERE id = :id;

-- name: parcel_retry(id, attempt, wake_at)!
UPDATE outbox SET state = 'ready', wake_at = :wake_at WHERE id = :id AND attempt = :attempt AND state = 'sending';

-- name: parcel_unknown(id, attempt, wake_at)!
UPDATE outbox SET wake_at = :wake_at WHERE id = :id AND attempt = :attempt AND state = 'sending';

-- name: parcel_park(id, attempt)!
UPDATE outbox SET state = 'parked' WHERE id = :id AND attempt = :attempt AND state = 'sending';

-- name: knocks_drop(person_id, flow, platform, workspace, user)!
-- Those of one flow, or all where it is empty.
DELETE FROM outbox
WHERE platform = :platform AND workspace = :workspace AND user_id = :user AND check_in > 0 AND check_in IN (
  SELECT id FROM check_ins WHERE person_id = :person_id AND (flow = :flow OR :flow = '')
);

-- name: parcels_wake(platform, workspace, user, now)
UPDATE outbox SET wake_at = :now
WHERE platform = :platform AND workspace = :workspace AND user_id = :user AND state = 'ready' RETURNING id, attempt;

-- name: parcels_recover()!
UPDATE outbox SET wake_at = 0 WHERE state = 'sending';

-- name: parcels_unstick(now, horizon)!
UPDATE outbox SET wake_at = :now WHERE state IN ('ready', 'sending') AND wake_at > :horizon;

-- name: parcels_expire(before)!
DELETE FROM outbox WHERE made_at < :before;

-- name: check_in_move(person_id, flow, debrief, due_at, wake_at)^
UPDATE check_ins SET due_at = :due_at, wake_at = :wake_at, debrief = :debrief, gen = gen + 1, state = 'planned'
WHERE person_id = :person_id AND flow = :flow AND state IN ('planned', 'leased') RETURNING id, gen;

-- name: check_in_add(person_id, flow, debrief, due_at, wake_at)<!
INSERT INTO check_ins (person_id, flow, debrief, due_at, wake_at, state, gen, attempt)
VALUES (:person_id, :flow, :debrief, :due_at, :wake_at, 'planned', 0, 0) RETURNING id;

-- name: check_ins_pass(person_id, flow)!
UPDATE check_ins SET state = 'skipped'
WHERE person_id = :person_id AND flow = :flow AND state IN ('sending', 'sent', 'opened');

-- name: check_ins_cancel(person_id, flow)!
UPDATE check_ins SET state = 'cancelled', gen = gen + 1
WHERE person_id = :person_id AND state IN ('planned', 'leased', 'sending') AND (flow = :flow OR :flow = '');

-- name: check_ins_settle(person_id, flow, state)!
UPDATE check_ins SET state = :state
WHERE person_id = :person_id AND flow = :flow AND state IN ('sending', 'sent', 'opened');

-- name: check_ins_claim(now, until, most)
UPDATE check_ins SET state = 'leased', wake_at = :until, attempt = attempt + 1
WHERE id IN (
  SELECT id FROM check_ins WHERE state IN ('planned', 'leased') AND wake_at <= :now
  ORDER BY wake_at LIMIT :most [skip locked]
)
RETURNING id,
  (SELECT platform FROM people WHERE people.id = person_id),
  (SELECT workspace FROM people WHERE people.id = person_id),
  (SELECT user_id FROM people WHERE people.id = person_id),
  flow, debrief, due_at, gen;

-- name: check_in_send(id, gen)!
UPDATE check_ins SET state = 'sending' WHERE id = :id AND gen = :gen AND state = 'leased';

-- name: check_in_sent(id)!
UPDATE check_ins SET state = 'sent' WHERE id = :id AND state = 'sending';

-- name: check_in_undeliverable(id)!
UPDATE check_ins SET state = 'expired' WHERE id = :id AND state = 'sending';

-- name: check_in_back(id, wake_at)^
UPDATE check_ins SET state = 'planned', wake_at = :wake_at, gen = gen + 1
WHERE id = :id AND state = 'sending' RETURNING gen;

-- name: check_ins_recover()!
UPDATE check_ins SET state = 'planned', wake_at = 0 WHERE state = 'leased';

-- name: check_ins_unstick(now, horizon)!
UPDATE check_ins SET wake_at = :now WHERE state = 'leased' AND wake_at > :horizon;

-- name: check_ins_expire(before)!
DELETE FROM check_ins WHERE due_at < :before AND state NOT IN ('planned', 'leased');

-- name: next_check_in()$
SELECT min(wake_at) FROM check_ins WHERE state IN ('planned', 'leased');

-- name: next_parcel(platform)$
-- The first of each workspace's, so that it takes as many steps as there are workspaces and not as there are parcels.
WITH RECURSIVE waiting (workspace) AS (
  SELECT min(workspace) FROM outbox WHERE state IN ('ready', 'sending') AND platform = :platform
  UNION ALL
  SELECT (
    SELECT min(outbox.workspace) FROM outbox
    WHERE state IN ('ready', 'sending') AND platform = :platform AND outbox.workspace > waiting.workspace
  ) FROM waiting WHERE waiting.workspace IS NOT NULL
)
SELECT min((
  SELECT min(wake_at) FROM outbox
  WHERE state IN ('ready', 'sending') AND platform = :platform AND outbox.workspace = waiting.workspace
)) FROM waiting WHERE workspace IS NOT NULL;

-- name: meta_get(name)$
SELECT value FROM meta WHERE name = :name;

-- name: meta_put(name, value)!
INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
