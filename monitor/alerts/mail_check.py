"""Whether mail can leave: the relay reached, asked and told to take a message, and what the domain says of its mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from db.settings import Settings
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.message import build_mail, mail_domain
from monitor.alerts.reader_addresses import check_address
from monitor.alerts.relay import Relay
from monitor.alerts.render import Rendered

#: The TXT records of a name; None when no resolver answers.
Lookup = Callable[[str], list[str] | None]


def send_test_mail(
    settings: Settings, address: str, *, message_id: str, now: str, selector: str = "", lookup: Lookup | None = None
) -> Iterator[str]:
    """Send one message to the address; yield a line for each step, and raise `AlertError` at the one that fails."""
    if not settings.smtp_host or not settings.mail_from:
        raise AlertError("no mail can be sent: set smtp_host and mail_from (docs/alerts.md)")
    _, recipient, _ = check_address("mail", address)
    text = f"This message shows that {settings.site_name} can send mail.\n\n{settings.public_url}\n"
    mail = build_mail(
        settings, Rendered(f"Test of {settings.site_name}", text, ""), to=recipient, message_id=message_id, made_at=now,
        language="en", listed=False,
    )  # fmt: skip
    with Relay(settings) as relay:
        if (down := relay.check()) is not None:
            raise AlertError(down.detail)
        yield f"connected to {settings.smtp_host}:{settings.smtp_port}: {relay.describe()}"
        outcome = relay.send(settings.mail_from, recipient, mail)
    if outcome.word != "sent":
        raise AlertError(
            f"{settings.smtp_host}:{settings.smtp_port} did not take the message for {recipient}:"
            f" {outcome.code or ''} {outcome.detail}".rstrip()
        )
    yield f"accepted for {recipient}: {outcome.code} {outcome.detail}"
    yield from describe_domain(mail_domain(settings), selector, lookup or _look_up)


def describe_domain(domain: str, selector: str, lookup: Lookup) -> Iterator[str]:
    """Yield what the domain's SPF, DKIM and DMARC records say; receivers judge mail by them."""
    names = {"SPF": (domain, "v=spf1"), "DMARC": (f"_dmarc.{domain}", "v=DMARC1")}
    if selector:
        names["DKIM"] = (f"{selector}._domainkey.{domain}", "")
    for what, (name, beginning) in names.items():
        found = lookup(name)
        if found is None:
            yield f"{what}: not looked up, no resolver answers for {name}"
            continue
        records = [record for record in found if record.lower().startswith(beginning.lower())]
        if records:
            yield f"{what}: {name} says {'; and '.join(records)}"
        else:
            yield f"{what}: {name} has no record; receivers may refuse the mail or call it spam (docs/alerts.md)"
    if not selector:
        yield "DKIM: not looked up; --dkim-selector names the relay's selector"


def _look_up(name: str) -> list[str] | None:
    from dns import exception, resolver  # it comes with email-validator

    try:
        answer = resolver.resolve(name, "TXT", lifetime=5)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return []
    except (exception.DNSException, OSError):
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
