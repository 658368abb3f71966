"""The plan: what a checked ruleset means, and what follows from it for all who read it."""

from .conditions import *  # noqa: F403
from .events import *  # noqa: F403
from .inputs import *  # noqa: F403
from .model import *  # noqa: F403
