"""A member at the chat page, who finds things by what they are called, as people do."""

import re
from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import FilePayload, Locator, Page

# Resolves once all that is in sight is loaded, so that nothing moves after it.
SETTLED = """async () => {
  const seen = (node) => {
    const { top, bottom } = node.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const heard = (audio) => audio.readyState > 0 || new Promise((resolve) => {
    for (const name of ["loadedmetadata", "error"]) audio.addEventListener(name, resolve);
  });
  await document.fonts.ready;
  await Promise.all([...document.images].filter(seen).map((one) => one.decode().catch(() => {})));
  await Promise.all([...document.querySelectorAll("audio")].filter(seen).map(heard));
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}"""


class Visitor:
    """One tab. Everything waits for what it needs, up to the time limits set on the tab."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab
        self.log = tab.get_by_role("log", name="Messages")
        self.messages = self.log.locator("li.message")

    # --- looking ------------------------------------------------------------------------------

    def message(self, text: str | re.Pattern[str] | None = None) -> Locator:
        """The newest message, or the newest with this text."""
        return (self.messages if text is None else self.messages.filter(has_text=text)).last

    def track(self, text: str) -> Locator:
        """The newest message with audio and this text."""
        return self.messages.filter(has_text=text, has=self.tab.locator("audio")).last

    def answer(self, text: str | re.Pattern[str] | None = None) -> Locator:
        """The newest answer that only this member sees, or the newest such with this text."""
        private = self.messages.filter(has_text="Only you can see this")
        return (private if text is None else private.filter(has_text=text)).last

    def dialog(self, title: str | None = None) -> Locator:
        """The form that is open."""
        return self.tab.get_by_role("dialog", name=title)

    async def picture(self, path: Path) -> None:
        """What the screen shows once it has come to rest."""
        await self.tab.mouse.move(0, 0)
        await self.tab.evaluate(SETTLED)
        await self.tab.screenshot(path=path, animations="disabled")

    async def show(self, message: Locator) -> None:
        """Scroll to a message, with what stands around it."""
        await self.tab.evaluate(SETTLED)
        await message.evaluate("one => one.scrollIntoView({ block: 'center' })")

    # --- going --------------------------------------------------------------------------------

    async def go(self, channel: str, *, server: str | None = None) -> None:
        """Open a channel, of another server if it is named."""
        if server is not None:
            await (
                self.tab.get_by_role("navigation", name="Servers")
                .get_by_role("button", name=server)
                .click()
            )
        channels = self.tab.get_by_role("navigation", name="Channels")
        await channels.get_by_role("button", name=re.compile(f"^{re.escape(channel)}")).click()
        await self.tab.get_by_role("heading", level=1, name=channel).wait_for()

    # --- commands -----------------------------------------------------------------------------

    async def begin(self, command: str, **options: str) -> None:
        """Pick a command from the list, and fill in options."""
        await self.tab.locator("#message-input").press_sequentially(f"/{command}")
        await self.tab.get_by_role("option", name=f"/{command}").click()
        for name, value in options.items():
            await self.fill(name, value)

    async def fill(self, option: str, value: str) -> Locator:
        """Type into one option's field, which is added if it is not there yet."""
        field = self.option(option)
        if not await field.count():
            await self.tab.get_by_role("combobox", name="Add one of").click()
            await self.tab.get_by_role("option", name=re.compile(rf"^{option}\b")).click()
        await field.fill(value)
        return field

    async def choose(self, option: str, typed: str, choice: str) -> None:
        """Type into an option's field, and pick from what is offered then."""
        await self.fill(option, typed)
        await self.tab.get_by_role("option", name=choice).click()

    async def attach(self, option: str, file: FilePayload) -> None:
        """Put a file into an option of the command in hand."""
        await self.tab.get_by_label(option, exact=True).set_input_files(file)

    async def send(self) -> None:
        """Send what is in hand."""
        await self.tab.get_by_role("button", name="Send", exact=True).click()

    async def use(self, command: str, **options: str) -> None:
        """A command from the first key to the last."""
        await self.begin(command, **options)
        await self.send()

    def option(self, name: str) -> Locator:
        """The field of an option."""
        return self.tab.get_by_label(re.compile(rf"^{name}( \(required\))?: "))

    # --- what is under messages ---------------------------------------------------------------

    async def press(self, label: str, within: Locator) -> None:
        """Press a button of a message."""
        await within.get_by_role("button", name=label, exact=True).click()

    async def select(self, placeholder: str, choice: str, within: Locator) -> None:
        """Choose from a message's select."""
        await within.get_by_role("combobox", name=placeholder).click()
        await within.get_by_role("option", name=choice).click()

    async def open_menu(self, message: Locator) -> None:
        """The menu with what can be done with a message."""
        await message.hover()
        await message.get_by_role("button", name="More").click()

    async def pick(self, item: str) -> None:
        """An item of the menu that is open."""
        await self.tab.get_by_role("menuitem", name=item).click()

    async def dismiss(self) -> None:
        """Take all private answers out of sight."""
        dismiss = self.log.get_by_role("button", name="Dismiss message")
        while await dismiss.count():
            await dismiss.last.click()

    async def submit(self, fields: Mapping[str, str] | None = None) -> None:
        """Fill in the form that is open, by its labels, and send it."""
        form = self.dialog()
        for label, value in (fields or {}).items():
            await form.get_by_label(label).fill(value)
        await form.get_by_role("button", name="Submit").click()
        await form.wait_for(state="detached")
