"""The syntax tree of a ruleset: what was written, and where.

Nodes are plain frozen data. A span counts characters from the start of the source text and is
ignored when nodes are compared, so that two texts which differ in layout alone have equal trees.
What a node *means* is decided by the engine; how it reads is decided by the printer.
"""

from .expressions import *  # noqa: F403
from .spans import *  # noqa: F403
from .statements import *  # noqa: F403
