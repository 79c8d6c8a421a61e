"""The tables of the review desk (who may review, who is logged in, who tried) and the views for readers of SQL.

Appended to `db.migrations.m001_facts`'s migrations; `docs/database.md` and `docs/datasette.md` describe what is here.
"""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations

#: Tables that hold what is nobody else's business; no public copy of the database has them.
PRIVATE_TABLES = (
    "users", "sessions", "login_attempts", "saved_filters", "assignments",
    "subscribers", "subscriptions", "suppressions", "signups", "deliveries", "messages", "attempts",
)  # fmt: skip


@migrations()
def m006_desk(db: Database) -> None:
    for statement in (*_ACCOUNTS, *_VIEWS):
        db.execute(statement)


_ACCOUNTS = (
    """create table users (
        id integer primary key, name text not null unique collate nocase,
        role text not null check (role in ('reviewer', 'administrator')), password_hash text not null,
        active integer not null default 1, keys integer not null default 1, looked_at text,
        created_at text not null, changed_at text not null
    ) strict""",
    """create table sessions (
        token_hash text primary key, user_id integer not null references users(id), created_at text not null,
        seen_at text not null, expires_at text not null, address text not null
    ) strict, without rowid""",
    "create index sessions_by_user on sessions(user_id)",
    """create table login_attempts (
        id integer primary key, tried_at text not null, name text not null, address text not null,
        outcome text not null check (outcome in ('good', 'wrong', 'slowed'))
    ) strict""",
    "create index login_attempts_by_time on login_attempts(tried_at)",
)

#: What was last stated of each change, and since when it is known.
_SAID = (
    "(select s.change_id, t.known_at, s.status, s.needs_review, s.why, s.body from statements s join"
    " (select change_id, min(known_at) as known_at, max(id) as last_id from statements group by change_id) t"
    " on t.last_id = s.id) s"
)
_VIEWS = (
    f"""create view change_log as
        select c.id, c.listed_on, c.kind, s.status, s.needs_review, coalesce(g.state, l.state_code) as state,
            g.name as agency, g.county, g.county_fips, coalesce(l.support_code, l.support_type) as support_type,
            l.signed_on, c.fields, b.agency as agency_before, a.agency as agency_after, l.moa_url as moa, c.rule,
            s.why as reason, c.agency_id, c.agreement_id, c.list, s.known_at, p.file as shown_by
        from changes c
        join {_SAID} on s.change_id = c.id
        left join agencies g on g.id = c.agency_id
        left join listings b on b.id = c.before_listing
        left join listings a on a.id = c.after_listing
        left join listings l on l.id = coalesce(c.after_listing, c.before_listing)
        left join publications p on p.position = c.position and c.kind != 'list_event'
        union all
        select s.change_id, json_extract(s.body, '$.listed_on'), json_extract(s.body, '$.kind'), s.status,
            s.needs_review, json_extract(s.body, '$.state'), json_extract(s.body, '$.agency'),
            json_extract(s.body, '$.county'), json_extract(s.body, '$.county_fips'),
            json_extract(s.body, '$.support_type'), json_extract(s.body, '$.signed_on'),
            json_extract(s.body, '$.fields'), json_extract(s.body, '$.before.agency'),
            json_extract(s.body, '$.after.agency'),
            coalesce(json_extract(s.body, '$.after.normalised.moa'), json_extract(s.body, '$.before.normalised.moa')),
            json_extract(s.body, '$.rule'), s.why, json_extract(s.body, '$.agency_id'),
            json_extract(s.body, '$.agreement_id'), json_extract(s.body, '$.list'), s.known_at,
            coalesce(json_extract(s.body, '$.first_missing_from.file'), json_extract(s.body, '$.first_listed_in.file'))
        from {_SAID}
        where s.body is not null and s.change_id not in (select id from changes)""",
    """create view listed_now as
        select distinct s.list, l.state_code as state, g.name as agency, g.county, g.county_fips,
            coalesce(l.support_code, l.support_type) as support_type, l.signed_on, l.moa_url as moa,
            l.addendum_url as addendum, l.agency as agency_as_printed, a.agency_id, s.agreement_id
        from spans s
        join agreements a on a.id = s.agreement_id
        join agencies g on g.id = a.agency_id
        join listings l on l.id = s.listing_id
        where s.last_position is null""",
    """create view agreement_history as
        select a.id as agreement_id, a.list, g.state, g.name as agency, g.county, g.county_fips, a.support_type,
            a.signed_on, f.published_on as first_listed_on, n.published_on as last_listed_on, a.agency_id,
            cast(r.listed_now as integer) as listed_now
        from agreements a
        join agencies g on g.id = a.agency_id
        join (select s.agreement_id, max(s.last_position is null) as listed_now,
                max(coalesce(s.last_position, newest.position)) as last_position
            from spans s join (select list, max(position) as position from publications group by list) newest
                on newest.list = s.list
            group by s.agreement_id) r on r.agreement_id = a.id
        left join publications f on f.position = a.first_position
        left join publications n on n.position = r.last_position""",
    """create view publication_log as
        select published_on, list, file, rows, status, reasons, linked_as, workbook_modified_at, first_seen_at, url,
            sha256
        from publications""",
    """create view ruling_log as
        select id, made_at, ruling, subject, other, reviewer, reason from rulings""",
)
