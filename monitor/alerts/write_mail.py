"""Messages of the outbox written as mail: an alert, a request to confirm, a notice to the operator."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from db.alert_models import OutgoingMessage, Statement, Subscriber, Subscription
from db.database import Store
from db.queries.subscriptions import find_subscription, list_subscriptions
from db.records import ChangeRecord
from db.settings import Settings
from monitor.alerts.describe_change import ChangeText, describe_change
from monitor.alerts.describe_subscription import describe_subscription
from monitor.alerts.message import build_mail
from monitor.alerts.operator_mail import write_operator_mail
from monitor.alerts.page_links import token_page
from monitor.alerts.render import Footer, Rendered, render_alert, render_confirmation
from monitor.alerts.review_mail import WAITING, write_review_mail
from monitor.alerts.tokens import CONFIRM_DAYS, Signer
from monitor.alerts.told_changes import read_told_changes
from monitor.alerts.trend import Trend, place_of, read_trend
from monitor.i18n.language import language

#: Changes and their texts cached; a digest tells everybody the same few, and memory stays flat.
_CACHED_CHANGES = 20_000
#: Renderings cached; and what stands in them in place of each reader's own links.
_CACHED_RENDERINGS = 200
_MANAGE, _STOP = "https://manage.invalid/", "https://stop.invalid/"


class MailWriter:
    """Writes messages; caches the changes they tell."""

    def __init__(self, store: Store, settings: Settings, signer: Signer) -> None:
        self._store = store
        self._settings = settings
        self._signer = signer
        self._changes: dict[str, ChangeRecord] = {}
        self._texts: dict[tuple[Statement, str], ChangeText] = {}
        self._renderings: dict[tuple[object, ...], Rendered] = {}
        self._trends: dict[tuple[str | None, str], Trend] = {}

    def changes(self, message: OutgoingMessage) -> list[tuple[Statement, ChangeRecord]]:
        """Return what the message says of which change, the changes as the log has them now."""
        missing = [s.change_id for s in message.statements if s.change_id not in self._changes]
        if missing:
            if len(self._changes) > _CACHED_CHANGES:
                self._changes.clear()
                missing = [s.change_id for s in message.statements]
            self._changes.update((c["id"], c) for c in read_told_changes(self._store, missing))
        return [(s, self._changes[s.change_id]) for s in message.statements if s.change_id in self._changes]

    def texts(self, message: OutgoingMessage, code: str) -> list[ChangeText]:
        """Return what the message says, in words."""
        if len(self._texts) > _CACHED_CHANGES:
            self._texts.clear()
        found = []
        for statement, change in self.changes(message):
            key = (statement, code)
            if key not in self._texts:
                self._texts[key] = describe_change(
                    change, statement.what, language(code), self._settings.public_url, statement.corrects
                )
            found.append(self._texts[key])
        return found

    def write(self, message: OutgoingMessage) -> tuple[str, bytes]:
        """Return the message's subject, and the message as MIME."""
        code, stop = "en", ""
        if message.subscriber is None:
            about = message.about or ""
            if about.startswith(WAITING):
                rendered = write_review_mail(about, self._settings.public_url)
            else:
                rendered = write_operator_mail(self._store.connection, about)
        else:
            code = message.subscriber.language
            if message.kind == "alert":
                footer = self.footer(message.subscriber, message.created_at)
                stop = footer.unsubscribe_url
                rendered = self.render(message, footer)
            else:
                rendered = self._confirmation(message, message.subscriber)
        return rendered.subject, build_mail(
            self._settings, rendered, to=message.address, message_id=message.message_id, made_at=message.created_at,
            language=code, unsubscribe_url=stop, listed=message.kind == "alert",
        )  # fmt: skip

    def render(self, message: OutgoingMessage, footer: Footer) -> Rendered:
        """Return an alert's subject and bodies; readers of the same changes share one rendering, except their links."""
        part = (message.part, message.parts) if message.part and message.parts else None
        key = (footer.language, footer.subscriptions, message.statements, part)
        shared = self._renderings.get(key)
        if shared is None:
            if len(self._renderings) >= _CACHED_RENDERINGS:
                self._renderings.clear()
            common = Footer(footer.language, footer.subscriptions, _MANAGE, _STOP)
            texts = self.texts(message, footer.language)
            trend = self._trend(place_of(texts), footer.language)
            shared = render_alert(texts, common, self._settings, trend=trend, part=part)
            self._renderings[key] = shared
        text, html = shared.text, shared.html
        for mark, link in ((_MANAGE, footer.manage_url), (_STOP, footer.unsubscribe_url)):
            text, html = text.replace(mark, link), html.replace(mark, escape(link))
        return Rendered(shared.subject, text, html, shared.picture)

    def _trend(self, state: str | None, code: str) -> Trend:
        if (state, code) not in self._trends:
            self._trends[state, code] = read_trend(self._store.connection, state, language(code))
        return self._trends[state, code]

    def footer(self, subscriber: Subscriber, made_at: str) -> Footer:
        """Return what the foot of the subscriber's messages says: their subscriptions, and two signed links."""
        manage = self._signer.sign("manage", made_at, subscriber.id, subscriber.nonce)
        stop = self._signer.sign("unsubscribe", made_at, subscriber.id)
        active = [s for s in list_subscriptions(self._store.connection, subscriber.id) if s.status == "active"]
        return Footer(
            subscriber.language, tuple(self._describe(active, subscriber.language)),
            token_page(self._settings.public_url, "manage", manage),
            token_page(self._settings.public_url, "unsubscribe", stop),
        )  # fmt: skip

    def _confirmation(self, message: OutgoingMessage, subscriber: Subscriber) -> Rendered:
        assert message.subscription_id is not None  # a confirmation whose subscription is gone is dropped
        token = self._signer.sign("confirm", message.created_at, message.subscription_id, subscriber.nonce)
        asked = find_subscription(self._store.connection, message.subscription_id)
        return render_confirmation(
            subscriber.language, self._describe([asked] if asked else [], subscriber.language),
            token_page(self._settings.public_url, "confirm", token), CONFIRM_DAYS, self._settings,
        )  # fmt: skip

    def _describe(self, subscriptions: Sequence[Subscription], code: str) -> list[str]:
        words = language(code)
        return [describe_subscription(self._store.connection, s.preferences, words) for s in subscriptions]
