"""One frame of a recording before and after, from a look at the time around it alone."""

from __future__ import annotations

from dataclasses import dataclass

from maskanyone.data import Pixels, Video
from maskanyone.detect.look import Seen, look_around
from maskanyone.errors import BadTime
from maskanyone.pipeline.around import Around
from maskanyone.pipeline.planning import hiding, linked, planned
from maskanyone.pipeline.producers import Producers
from maskanyone.recipe import Recipe
from maskanyone.render.piece import Renderer
from maskanyone.runtime import settle
from maskanyone.video.read import Frame


def looked(source: Video, seconds: float, producers: Producers, *, around: float = 1.0) -> Glimpse:
    """Look at the time around a frame, so that many recipes with the same detectors can be shown on it.

    Raises:
        BadTime: there is no frame at that time.
    """
    settle()
    if not 0 <= seconds <= source.duration:
        raise BadTime(source.name, f"has no frame at {seconds:g} s", f"Choose a time up to {source.duration:.1f} s")
    moment = Around(source, seconds, around)
    seen = look_around(source, producers.made, moment.frames())
    assert moment.frame is not None
    return Glimpse(source, seen, moment.frame, moment.index)


@dataclass(frozen=True)
class Glimpse:
    """One frame, and what was seen around it. index: of the frame among those looked at."""

    source: Video
    seen: Seen
    frame: Frame
    index: int

    def before(self) -> Pixels:
        """The frame as it is: uint8 (h, w, 3), RGB, upright."""
        return self.frame.opened()[1].rgb()

    def after(self, recipe: Recipe) -> Pixels:
        """The frame as the recipe leaves it; the recipe's detectors are not asked again.

        Nobody is followed (``track.follow``), hints are not looked at closely, and nothing is searched: a face that no
        detector sees there may show here, though the run hides it.
        """
        settle()
        plan = planned(self.source, self.seen, linked(self.source, self.seen, recipe), recipe)
        picture = self.frame.opened()[1]
        renderer = Renderer(self.source, self.seen.timeline, plan, hiding(recipe))
        try:
            renderer.hide(picture, self.index)
        finally:
            renderer.close()
        return picture.rgb()
