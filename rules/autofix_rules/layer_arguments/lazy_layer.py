"""AF120 lazy-layer: let the layer take its input size from the first batch.

Why it fails. A layer with a written input size breaks whenever what comes before it changes.
What the fix does. Only with ``--prefer lazy``: replaces the layer by its lazy twin, which has no input size
argument (``nn.Linear(400, 120)`` becomes ``nn.LazyLinear(120)``, ``nn.Conv2d(3, 16, 3)`` becomes
``nn.LazyConv2d(16, 3)``, ``nn.BatchNorm2d(16)`` becomes ``nn.LazyBatchNorm2d()``).
Fix safety. Unsafe: a lazy layer has no parameters before its first forward, so optimizers, weight counts and loaded
checkpoints must come after it; and it accepts any axis it is given.
Source. torch.nn.modules.lazy.LazyModuleMixin.
"""

import ast

from autofix.operators.table import position
from autofix.rule import Applicability, Evidence, Finding, Fixes, Mismatch, Project, Rule, shown
from autofix.syntax.call_edits import NotACall, with_callee, without_argument
from autofix.syntax.name_bindings import callee_name

_SIZES = {
    "Linear": "in_features",
    **{f"{kind}{n}d": "in_channels" for kind in ("Conv", "ConvTranspose") for n in (1, 2, 3)},
    **{f"{kind}{n}d": "num_features" for kind in ("BatchNorm", "InstanceNorm") for n in (1, 2, 3)},
}
_REASON = "a lazy layer has no parameters before its first forward"


class LazyLayer(Rule):
    mismatches = (Mismatch.LINEAR_IN_FEATURES, Mismatch.CONV_CHANNELS, Mismatch.NORM_FEATURES)
    applicability = Applicability.UNSAFE
    for_lazy = True
    examples = shown("""
        Linear: 2,30
            self.head = nn.<Linear(20,  => LazyLinear(>5)
            self.head(x)
            lazy
        convolution with keywords: 2,1,8,8
            self.conv = nn.<Conv2d(in_channels=3,  => LazyConv2d(>out_channels=4, kernel_size=3)
            self.conv(x)
            lazy
        norm: 2,6,8,8
            self.norm = nn.<BatchNorm2d(4 => LazyBatchNorm2d(>)
            self.norm(x)
            lazy
        declines a layer that a name stands for: 2,30
            above: LAYER = nn.Linear; SIZES = iter([20, 5])
            self.head = LAYER(*SIZES)
            self.head(x)
            lazy
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        layer = project.layer(finding.layer)
        call = None if layer is None else project.construction_call(layer)
        if layer is None or call is None or layer.kind not in _SIZES or not isinstance(call.node, ast.Call):
            return
        parameter = _SIZES[layer.kind]
        if callee_name(call.node) != layer.kind or any(isinstance(a, ast.Starred) for a in call.node.args):
            return
        try:
            text = without_argument(call.text, parameter, position(layer.kind, parameter))
            text = with_callee(text, f"Lazy{layer.kind}")
        except NotACall:
            return
        operation = project.operation(finding)
        tensors = operation.tensors[:1] if operation is not None else ()
        maps = layer.kind == "Linear" and any(tensor.rank > 3 for tensor in tensors)
        edit = call.source.replace(call.node, text)
        title, hides = f"make `{layer.path}` a Lazy{layer.kind}", Evidence.HIDES_FAULT * maps
        yield self.fix(title, (edit,), Evidence.PREFERRED, hides, reason=_REASON)
