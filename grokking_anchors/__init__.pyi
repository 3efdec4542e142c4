from .asking import agreement as agreement
from .audit import audit as audit
from .breaking import breaks as breaks
from .explanation import Explainer as Explainer
from .explanation import Explanation as Explanation
from .files import load_explainer as load_explainer
from .image import AnchorImage as AnchorImage
from .many import explain_each as explain_each
from .many import explain_many as explain_many
from .many import pick as pick
from .paths import data_path as data_path
from .report import report as report
from .report import to_frame as to_frame
from .sampling import IndependentSampler as IndependentSampler
from .sampling import Sampler as Sampler
from .search import find_anchor as find_anchor
from .settings import Settings as Settings
from .tables import gen_category_map as gen_category_map
from .tabular import AnchorTabular as AnchorTabular
from .text import AnchorText as AnchorText
from .workshop.widgets import explore as explore

__version__: str
