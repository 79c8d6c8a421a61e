"""A person at a browser, who reads a language and has a mouse or only a keyboard."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

#: What readers read, by language.
SAID = {
    "en": {
        "pdf": "One page to print (PDF)",
        "compare": "Then and now",
        "returned": "Ended and came back",
        "mail": "Tell me of changes by e-mail",
        "address": "E-mail address",
        "send": "Send me a confirmation",
        "ended": "What ended in",
        "data": "Data",
        "more": "Agreements, documents, changes",
        "embed": "Embed",
        "provisional": "provisional",
        "neighbors": "Neighboring counties",
        "pending": "Not yet: ICE listed an agreement as pending",
        "pending_list": "newest list of pending agreements",
        "check": "Check your inbox",
    },
    "es": {
        "pdf": "Una página para imprimir (PDF)",
        "compare": "Antes y ahora",
        "returned": "Terminaron y volvieron",
        "mail": "Avíseme de los cambios por correo",
        "address": "Correo electrónico",
        "send": "Enviarme una confirmación",
        "ended": "Qué terminó en",
        "data": "Datos",
        "more": "Acuerdos, documentos y cambios",
        "embed": "Insertar en otro sitio",
        "provisional": "provisional",
        "neighbors": "Condados vecinos",
        "pending": "Todavía no: ICE publicó un acuerdo como pendiente",
        "pending_list": "lista más reciente de acuerdos pendientes",
        "check": "Revise su correo",
    },
}


class Reader:
    """A person at a browser who does one task; counts their clicks."""

    def __init__(self, page: Page, root: str, code: str, keyboard: bool) -> None:
        self.page, self.root, self.code, self.keyboard = page, root, code, keyboard
        self.said = SAID[code]
        self.clicks = 0
        page.goto(root + ("" if code == "en" else f"{code}/"))

    def press(self, thing: Locator) -> None:
        """Press a link or button: one click."""
        self.clicks += 1
        if self.keyboard:
            self.reach(thing)
            thing.page.keyboard.press("Enter")
        else:
            thing.click()

    def reach(self, thing: Locator) -> None:
        """Go with Tab to a thing; fail when it is never reached."""
        for _ in range(700):
            if thing.evaluate("(one) => one === document.activeElement"):
                return
            thing.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {thing}")

    def link(self, text: str) -> Locator:
        """Return the first link in the page's own part that says this."""
        return self.page.locator("main a", has_text=text).first

    def search(self, text: str) -> None:
        """Ask the box of the page."""
        box = self.page.locator("form[role=search] input[name=q]").first
        if self.keyboard:
            self.reach(box)
        else:
            box.focus()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/search/?q=*")
