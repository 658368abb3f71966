"""From a syntax tree to a plan, or to what is wrong with it."""

from .checker import Checked, check
from .files import FileProblem, Files, Folder, FrozenFiles, RecordedFiles
from .known import Known

__all__ = ["Checked", "FileProblem", "Files", "Folder", "FrozenFiles", "Known", "RecordedFiles", "check"]
