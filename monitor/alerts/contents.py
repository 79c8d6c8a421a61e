"""What a message in the outbox says, made when it is about to leave; made again, it says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from db.database import Store
from db.settings import Settings
from monitor.alerts import message
from monitor.alerts.addresses import token_page
from monitor.alerts.describe import describe_subscription
from monitor.alerts.operator_mail import held_lines
from monitor.alerts.render import Reader, Rendered, render_alert, render_confirmation
from monitor.alerts.story import Story, tell_story
from monitor.alerts.subscribers import get_subscriber, subscriptions_of
from monitor.alerts.tokens import DAYS, Signer
from monitor.alerts.wording import words_of
from monitor.changelog.log import read_entries

#: Changes and stories kept at hand; a digest tells everybody the same few, and memory stays flat.
_AT_HAND = 20_000
#: Renderings kept at hand; and what stands in them where each reader's own links come.
_SHARED = 200
_MANAGE, _STOP = "https://manage.invalid/", "https://stop.invalid/"
Telling = tuple[Mapping[str, Any], str]


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the outbox, with whom it is for."""

    id: int
    kind: str
    message_id: str
    about: str | None
    subscription_id: int | None
    created_at: str
    unknown: bool  # an earlier try may have been taken
    attempts: int
    channel: str
    address: str
    address_key: str
    subscriber: Mapping[str, Any] | None
    tellings: tuple[tuple[str, str], ...]  # (change id, what)


class Writer:
    """Writes letters; keeps the changes they tell at hand."""

    def __init__(self, store: Store, settings: Settings, signer: Signer) -> None:
        self._store = store
        self._settings = settings
        self._signer = signer
        self._entries: dict[str, Mapping[str, Any]] = {}
        self._stories: dict[tuple[str, str, str], Story] = {}
        self._shared: dict[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], Rendered] = {}

    def tellings(self, letter: Letter) -> list[Telling]:
        """The changes the letter tells, as the log has them now."""
        missing = [i for i, _ in letter.tellings if i not in self._entries]
        if missing:
            if len(self._entries) > _AT_HAND:
                self._entries.clear()
            self._entries.update((e["id"], e) for e in read_entries(self._store, [i for i, _ in letter.tellings]))
        return [(self._entries[i], what) for i, what in letter.tellings if i in self._entries]

    def stories(self, letter: Letter, language: str) -> list[Story]:
        """The changes in the reader's words."""
        if len(self._stories) > _AT_HAND:
            self._stories.clear()
        found = []
        for entry, what in self.tellings(letter):
            key = (entry["id"], what, language)
            if key not in self._stories:
                self._stories[key] = tell_story(entry, what, words_of(language), self._settings.public_url)
            found.append(self._stories[key])
        return found

    def write_mail(self, letter: Letter) -> bytes:
        """The letter as MIME."""
        language = str(letter.subscriber["language"]) if letter.subscriber else "en"
        unsubscribe = ""
        if letter.kind == "alert":
            reader = self.reader(letter)
            unsubscribe = reader.unsubscribe_url
            rendered = self.render(letter, reader)
        elif letter.kind == "confirm":
            rendered = self._confirmation(letter, language)
        else:
            rendered = self._notice(letter)
        return message.build_mail(
            self._settings, rendered, to=letter.address, message_id=letter.message_id, made_at=letter.created_at,
            language=language, unsubscribe_url=unsubscribe, listed=letter.kind == "alert",
        )  # fmt: skip

    def render(self, letter: Letter, reader: Reader) -> Rendered:
        """An alert's subject and bodies. Readers of the same changes share one rendering, but for their two links."""
        key = (reader.language, reader.wishes, letter.tellings)
        shared = self._shared.get(key)
        if shared is None:
            if len(self._shared) >= _SHARED:
                self._shared.clear()
            stories = self.stories(letter, reader.language)
            common = Reader(reader.language, reader.wishes, _MANAGE, _STOP)
            shared = render_alert(stories, common, site=self._settings.site_name, footer=self._settings.mail_footer)
            self._shared[key] = shared
        links = ((_MANAGE, reader.manage_url), (_STOP, reader.unsubscribe_url))
        text, html = shared.text, shared.html
        for mark, link in links:
            text, html = text.replace(mark, link), html.replace(mark, escape(link))
        return Rendered(shared.subject, text, html)

    def reader(self, letter: Letter) -> Reader:
        """What the foot says to the letter's reader."""
        subscriber = letter.subscriber
        assert subscriber is not None
        return make_reader(
            self._store, self._settings, self._signer, subscriber,
            subscriptions_of(self._store, subscriber["id"]), letter.created_at,
        )  # fmt: skip

    def _confirmation(self, letter: Letter, language: str) -> Rendered:
        assert letter.subscriber is not None
        token = self._signer.sign("confirm", letter.created_at, letter.subscription_id, letter.subscriber["nonce"])
        rows = [r for r in subscriptions_of(self._store, letter.subscriber["id"]) if r["id"] == letter.subscription_id]
        wishes = [describe_subscription(self._store, row, words_of(language)) for row in rows]
        return render_confirmation(
            language, wishes, token_page(self._settings.public_url, "confirm", token), DAYS["confirm"] or 0,
            site=self._settings.site_name, footer=self._settings.mail_footer,
        )  # fmt: skip

    def _notice(self, letter: Letter) -> Rendered:
        sha256 = (letter.about or "").removeprefix("held:")
        lines = held_lines(self._store, sha256)
        text = (
            "A list is held for a person. It made no changes and no alerts.\n\n" + "\n".join(lines)
            + f"\n\nSee it:      ice-agreements review show {sha256[:12]}"
            + f"\nTake it in:  ice-agreements review release {sha256[:12]}"
            + f"\nLeave it:    ice-agreements review reject {sha256[:12]}\n"
        )  # fmt: skip
        return Rendered(f"287(g): a list is held: {lines[0] if lines else sha256[:12]}", text, "")


def make_reader(
    store: Store, settings: Settings, signer: Signer, subscriber: Mapping[str, Any],
    subscriptions: Sequence[Mapping[str, Any]], made_at: str,
) -> Reader:  # fmt: skip
    """The foot of a message: the subscriptions in words, and the two signed links."""
    words = words_of(subscriber["language"])
    manage = signer.sign("manage", made_at, subscriber["id"], subscriber["nonce"])
    stop = signer.sign("unsubscribe", made_at, subscriber["id"])
    wishes = tuple(describe_subscription(store, row, words) for row in subscriptions if row["status"] == "active")
    return Reader(
        subscriber["language"], wishes, token_page(settings.public_url, "manage", manage),
        token_page(settings.public_url, "unsubscribe", stop),
    )  # fmt: skip


def load_letter(store: Store, message: int) -> Letter | None:
    """The message with whom it is for; None when its reader is gone."""
    row = store.connection.execute(
        "select id, kind, message_id, about, subscription_id, created_at, status = 'sending', attempts, recipient,"
        " subscriber_id from messages where id = ?",
        [message],
    ).fetchone()
    number, kind, message_id, about, subscription, created_at, unknown, attempts, recipient, reader = row
    if reader is None and kind != "operator":
        return None
    subscriber = get_subscriber(store, reader) if reader is not None else None
    tellings = store.connection.execute(
        "select change_id, what from deliveries where message = ? and status in ('waiting', 'sent') order by id",
        [message],
    ).fetchall()
    return Letter(
        number, kind, message_id, about, subscription, created_at, bool(unknown), attempts,
        subscriber["channel"] if subscriber else "mail", subscriber["address"] if subscriber else recipient or "",
        subscriber["address_key"] if subscriber else "", subscriber, tuple((str(a), str(b)) for a, b in tellings),
    )  # fmt: skip
