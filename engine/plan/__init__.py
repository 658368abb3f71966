"""The plan: what a checked ruleset means, and what follows from it for all who read it."""

from .model import *  # noqa: F403
