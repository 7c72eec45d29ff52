"""Small real data that ship with the package, checked downloads of larger ones, and the split that
published figures use.
"""

from isthmus.datasets.catalogue import CATALOGUE, Dataset
from isthmus.datasets.ecg5000 import Ecg5000, load_ecg5000
from isthmus.datasets.images import LabelledImages, load_fashion_mnist, load_mnist
from isthmus.datasets.obtain import Obtained, get
from isthmus.datasets.splitting import split

__all__ = [
    "CATALOGUE",
    "Dataset",
    "Ecg5000",
    "LabelledImages",
    "Obtained",
    "get",
    "load_ecg5000",
    "load_fashion_mnist",
    "load_mnist",
    "split",
]
