from equidyn.api import Network as Network
from equidyn.api import decomposition as decomposition
from equidyn.api import distance as distance
from equidyn.api import equivariance_error as equivariance_error
from equidyn.api import hessian as hessian
from equidyn.api import lie_derivative as lie_derivative
from equidyn.api import load_dataset as load_dataset
from equidyn.api import load_run as load_run
from equidyn.api import sharpness as sharpness

__version__: str
