"""Failed messages tried anew, when the operator has put right what made them fail."""

from __future__ import annotations

from db.database import Store


def resend_failed(store: Store, now: str, *, message_id: str | None = None, subscriber_id: int | None = None) -> int:
    """Failed messages wait again, with their ids and what they tell; returns how many.

    What was retracted meanwhile is left out, and so are readers who left or are suppressed.
    """
    with store.writing() as connection:
        rows = connection.execute(
            "select m.id from messages m left join subscribers s on s.id = m.subscriber_id where m.status = 'failed'"
            " and (m.kind = 'operator' or s.status in ('active', 'pending'))"
            " and (?1 is null or m.message_id = ?1) and (?2 is null or m.subscriber_id = ?2)",
            [message_id, subscriber_id],
        ).fetchall()
        for (message,) in rows:
            connection.execute(
                "update deliveries set status = 'waiting' where message = ? and status = 'failed'"
                " and (what = 'correction' or (select status from statements"
                " where change_id = deliveries.change_id order by id desc limit 1) != 'retracted')",
                [message],
            )
            # The clock of giving up starts anew; the tries so far stay in the log.
            connection.execute(
                "update messages set status = 'waiting', next_at = ?, attempts = 0, first_tried_at = null,"
                " detail = 'put back by the operator' where id = ?",
                [now, message],
            )
        return len(rows)
