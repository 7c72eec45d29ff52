"""Small real data that ship with the package, and the split that published figures use."""

from isthmus.datasets.ecg5000 import Ecg5000, load_ecg5000
from isthmus.datasets.splitting import split

__all__ = ["Ecg5000", "load_ecg5000", "split"]
