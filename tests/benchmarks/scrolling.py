"""How smoothly ten thousand runs scroll: Chromium at a quarter of the processor's speed reads them
all, page after page of the API, while somebody scrolls faster than a thumb does, to the last run
and back, and jumps about. What counts is the longest time without a new frame."""

from dataclasses import dataclass

from playwright.sync_api import Page

from emulators.ports import page_url
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.first_visit import SLOWER, visitor
from tests.benchmarks.many_runs import add_earlier_runs, ended_run
from tests.benchmarks.started import started_platform
from tests.journeys.world import World

RUNS = 10_000
LONGEST_GAP_SECONDS = 1.0
_ROW = "[role=listitem]"

_WATCH = """
() => {
  const seen = (window.seen = { gap: 0, task: 0, elements: 0, wait: 0, jump: 0 });
  let last = performance.now();
  const frame = (now) => {
    seen.gap = Math.max(seen.gap, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) seen.task = Math.max(seen.task, each.duration);
  }).observe({ type: 'longtask' });
}
"""
# A screen in each frame. The list reads ten pages by itself, then it is asked for more.
_SCROLL = """
async (way) => {
  const whole = document.scrollingElement;
  const more = () => [...document.querySelectorAll('main button')].find(each => each.textContent === 'Show more');
  const blocks = () => document.querySelectorAll('.rows > div').length;
  const isAtEnd = () => whole.scrollTop >= whole.scrollHeight - innerHeight - 1;
  let [count, since, pressed, frames] = [blocks(), performance.now(), 0, 0];
  while (way > 0 ? !isAtEnd() || more() : whole.scrollTop > 0) {
    scrollBy({ top: way * innerHeight, behavior: 'instant' });
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    if (++frames % 60 === 0) seen.elements = Math.max(seen.elements, document.querySelectorAll('*').length);
    if (!isAtEnd() || blocks() > count) [count, since] = [blocks(), now];
    seen.wait = Math.max(seen.wait, now - since);
    if (way > 0 && isAtEnd() && now - pressed > 500) {
      more()?.click();
      pressed = now;
    }
  }
}
"""  # noqa: E501
_JUMP = """
async () => {
  const { scrollingElement: whole } = document;
  const isDrawn = () => document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('[role=listitem]');
  for (const tenth of [7, 1, 5, 9, 3]) {
    const began = performance.now();
    scrollTo({ top: whole.scrollHeight * tenth / 10, behavior: 'instant' });
    do await new Promise(requestAnimationFrame); while (!isDrawn());
    seen.jump = Math.max(seen.jump, performance.now() - began);
  }
}
"""  # noqa: E501


@dataclass(frozen=True)
class Scrolled:
    """What somebody saw who scrolled through a list: seconds, but `elements`, the most that the
    page had."""

    longest_gap: float
    longest_task: float
    longest_wait: float
    longest_jump: float
    elements: int


def measure() -> dict[str, Figure]:
    """Nothing but the processor is slowed down: how long a page of the API takes is not what is
    measured, and Google's emulator walks all runs for each."""
    with started_platform() as platform, visitor(platform.client) as (context, tenant):
        run_id = ended_run(World(platform.client, tenant))
        with platform.documents() as documents:
            add_earlier_runs(documents, tenant, run_id, RUNS - 1)
        page = context.new_page()
        tools = context.new_cdp_session(page)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(f"{page_url(platform.client.url)}/console/runs")
        return figures_of(scrolled(page, RUNS))


def scrolled(page: Page, count: int) -> Scrolled:
    """Scrolls through the list that the page shows, until it has so many rows, back, and about.
    Raises AssertionError where it has others in the end."""
    page.locator(_ROW).first.wait_for()
    page.evaluate(_WATCH)
    page.evaluate(_SCROLL, 1)
    sizes = page.locator(_ROW).last.get_attribute("aria-setsize")
    assert sizes == str(count), f"{sizes} rows of {count}"
    page.evaluate(_SCROLL, -1)
    page.evaluate(_JUMP)
    seen = page.evaluate("seen")
    return Scrolled(
        longest_gap=seen["gap"] / 1000,
        longest_task=seen["task"] / 1000,
        longest_wait=seen["wait"] / 1000,
        longest_jump=seen["jump"] / 1000,
        elements=seen["elements"],
    )


def figures_of(seen: Scrolled) -> dict[str, Figure]:
    """The longest gap is what was aimed at; the others explain it."""
    aim = at_most(LONGEST_GAP_SECONDS)
    return {
        "console_runs_gap": Figure(seen.longest_gap, "s without a frame", aim=aim),
        "console_runs_task": Figure(seen.longest_task, "s, the longest task"),
        "console_runs_jump": Figure(seen.longest_jump, "s from a jump to rows"),
        "console_runs_wait": Figure(seen.longest_wait, "s at the end for more rows"),
        "console_runs_elements": Figure(float(seen.elements), "elements at most"),
    }
