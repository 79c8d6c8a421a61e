"""Facts that people researched (one body or two, names, counties, real-world ends, links), and what the desk needs.

`docs/database.md` describes every table and column.
"""

from __future__ import annotations

from sqlite_utils import Database

from db.migrations.registry import migrations


@migrations()
def m007_reviewed_facts(db: Database) -> None:
    """Create the reviewed facts, the effects of rulings, saved filters and assignments."""
    for statement in _STATEMENTS:
        db.execute(statement)


_STANDING = (
    "reviewed_facts f where fact != 'withdrawn' and not exists (select 1 from reviewed_facts w where"
    " w.fact = 'withdrawn' and w.subject = f.subject and w.value = f.fact || '|' || f.value || '|' || f.stated_at)"
)


def _newest(column: str, fact: str) -> str:
    """Return the column of the newest fact of a kind about `s.subject`."""
    return (
        f"(select f.{column} from {_STANDING} and f.subject = s.subject and f.fact = '{fact}'"
        " order by f.stated_at desc, f.id desc limit 1)"
    )


_STATEMENTS = (
    "alter table rulings add column on_change text not null default ''",
    "alter table rulings add column imported_by text not null default ''",
    """create table ruling_effects (
        ruling_id integer not null references rulings(id), change_id text not null,
        before text not null, after text not null, primary key (ruling_id, change_id)
    ) strict, without rowid""",
    """create table reviewed_facts (
        id integer primary key, stated_at text not null, reviewer text not null, subject text not null,
        fact text not null, value text not null, detail text not null default '', source text not null default '',
        note text not null default '', imported_by text not null default '',
        unique (stated_at, reviewer, subject, fact, value)
    ) strict""",
    "create index reviewed_facts_by_subject on reviewed_facts(subject, fact)",
    """create table saved_filters (
        user_id integer not null references users(id), name text not null, query text not null,
        primary key (user_id, name)
    ) strict, without rowid""",
    """create table assignments (
        change_id text primary key, user_id integer not null references users(id), assigned_by text not null,
        assigned_at text not null
    ) strict, without rowid""",
    f"""create view reviewed_agencies as
        select s.subject as agency_id, {_newest("value", "display_name")} as display_name,
            {_newest("value", "body")} as body, {_newest("value", "county")} as county_fips,
            {_newest("value", "coordinates")} as coordinates
        from (select distinct subject from reviewed_facts
            where fact in ('display_name', 'body', 'county', 'coordinates')) s""",
    f"""create view reviewed_endings as
        select s.subject as agreement_id, {_newest("value", "ended")} as ended_on,
            {_newest("detail", "ended")} as reason, {_newest("source", "ended")} as source,
            {_newest("note", "ended")} as note, {_newest("reviewer", "ended")} as reviewer
        from (select distinct f.subject from {_STANDING} and f.fact = 'ended') s""",
)
