"""The data sets that can be had: one row each, with its files, checksums and licence."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from isthmus.errors import UsageError

TRAIN_IMAGES = "train-images-idx3-ubyte.gz"
TRAIN_LABELS = "train-labels-idx1-ubyte.gz"
TEST_IMAGES = "t10k-images-idx3-ubyte.gz"
TEST_LABELS = "t10k-labels-idx1-ubyte.gz"


@dataclass(frozen=True)
class RemoteFile:
    """One array of a data set, and the file that holds it.

    Attributes
    ----------
    name : str
        Of the file: IDX, packed with gz.
    size : int
        Of the file in bytes.
    sha256 : str
        Of the file as its authors published it.
    key : str
        What the array is called in an npz file.
    shape : tuple of int
        Of the array, whose cells are uint8.
    content : str
        SHA-256 of the cells in their order, whatever file they come in.
    """

    name: str
    size: int
    sha256: str
    key: str
    shape: tuple[int, ...]
    content: str


@dataclass(frozen=True)
class Dataset:
    """One row of the catalogue.

    Attributes
    ----------
    name : str
        What is typed.
    about : str
        What its rows are, in a few words.
    files : tuple of RemoteFile
        What is fetched; none where the data ship with the package.
    mirrors : tuple of str
        Addresses of folders that hold the files, in the order in which they are tried.
    licence, citation : str
        On which terms it is given, and whom to name.
    """

    name: str
    about: str
    licence: str
    citation: str
    files: tuple[RemoteFile, ...] = ()
    mirrors: tuple[str, ...] = ()

    @property
    def ships(self) -> bool:
        """Whether the data come with the package."""
        return not self.files

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


_FASHION_MNIST = Dataset(
    "fashion-mnist",
    about="70000 grey images of clothes, 28 x 28, 10 classes",
    licence="MIT, Zalando SE",
    citation="H. Xiao, K. Rasul and R. Vollgraf (2017). Fashion-MNIST: a novel image dataset for "
    "benchmarking machine learning algorithms. arXiv:1708.07747.",
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    files=(
        RemoteFile(
            TRAIN_IMAGES,
            26421880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "x_train",
            (60000, 28, 28),
            "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
        ),
        RemoteFile(
            TRAIN_LABELS,
            29515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "y_train",
            (60000,),
            "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
        ),
        RemoteFile(
            TEST_IMAGES,
            4422102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "x_test",
            (10000, 28, 28),
            "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
        ),
        RemoteFile(
            TEST_LABELS,
            5148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            "y_test",
            (10000,),
            "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
        ),
    ),
)

_MNIST = Dataset(
    "mnist",
    about="70000 grey images of handwritten digits, 28 x 28, 10 classes",
    licence="CC BY-SA 3.0 as commonly listed; copyright Y. LeCun and C. Cortes",
    citation="Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998). Gradient-based learning "
    "applied to document recognition. Proceedings of the IEEE 86(11), 2278-2324.",
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ),
    files=(
        RemoteFile(
            TRAIN_IMAGES,
            9912422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "x_train",
            (60000, 28, 28),
            "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
        ),
        RemoteFile(
            TRAIN_LABELS,
            28881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "y_train",
            (60000,),
            "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
        ),
        RemoteFile(
            TEST_IMAGES,
            1648877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "x_test",
            (10000, 28, 28),
            "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        ),
        RemoteFile(
            TEST_LABELS,
            4542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            "y_test",
            (10000,),
            "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
        ),
    ),
)

_ECG5000 = Dataset(
    "ecg5000",
    about="5000 heartbeats of 140 time steps, 2919 of them normal",
    licence="no formal licence of the archive, asks to be cited; the beats ODC-By 1.0 (PhysioNet)",
    citation="A. L. Goldberger et al. (2000), D. S. Baim et al. (1986), Y. Chen et al. (2015) and "
    "H. A. Dau et al. (2018). The UCR Time Series Classification Archive.",
)

CATALOGUE: dict[str, Dataset] = {row.name: row for row in (_ECG5000, _FASHION_MNIST, _MNIST)}
"""Every data set by the name that is typed."""


def dataset(name: str) -> Dataset:
    """The row of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    close = get_close_matches(name, CATALOGUE, n=1)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    raise UsageError(
        f"there is no data set {name!r}.{meant}", advice=f"There are: {', '.join(CATALOGUE)}."
    )
