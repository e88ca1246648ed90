"""AF208 window-padding: maps are cut into windows that do not divide them.

Why it fails. ``x.view(B, H // w, w, W // w, w, C)`` drops the rest of a division, so the sizes no longer make up
the maps. Height and width have to be multiples of the window.
What the fix does. Pads the maps at the start of the forward that unpacks their shape, on the right and at the
bottom, and crops what that forward returns, so that every other size works too.
Fix safety. Unsafe: the windows at the border see padding; resizing the input could be meant.
Source. Liu et al., Swin Transformer, section 3.2; torch.nn.functional.pad.
"""

import ast

from autofix.edits.view_sizes import sizes_of
from autofix.edits.windows import padded_and_cropped, sides, window_of
from autofix.facts.call_sites import frames_of
from autofix.records.finding import Mismatch
from autofix.rule import Applicability, Evidence, Example, Finding, Fixes, Operation, Project, Rule, model, shown

FORWARD = """\
b, c, h, w = x.shape
{}y = x.view(b, c, h // self.k, self.k, w // self.k, self.k)
y = self.act(y).view(b, c, h, w)
y + x{}"""
PAD = "x = F.pad(x, (0, -w % self.k, 0, -h % self.k))\nheight, width = h, w\nb, c, h, w = x.shape\n"


class WindowPadding(Rule):
    mismatches = (Mismatch.VIEW_SIZE,)
    applicability = Applicability.UNSAFE
    examples = (
        *shown("""
        declines windows that divide the maps: 2,3,8,6
            self.k = 2
            b, c, h, w = x.shape; x.view(b, c, h // self.k, self.k, w // self.k, 5, 7)
    """),
        Example(
            "windows of maps",
            ((2, 3, 7, 6),),
            model("self.k = 2\nself.act = nn.ReLU()", FORWARD.format("", "")),
            model("self.k = 2\nself.act = nn.ReLU()", FORWARD.format(PAD, "")).replace(
                "return y + x", "return (y + x)[:, :, :height, :width]"
            ),
        ),
    )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        sizes = sizes_of(project, operation) if operation.tensors else None
        if sizes is None or len(sizes.values) != 6:
            return
        window = window_of(project, sizes.expressions)
        frames = frames_of(project, operation)
        dividends = tuple(sides(project, e)[0] for e in sizes.expressions if isinstance(e.node, ast.BinOp))
        for depth, frame in enumerate(frames if window else ()):
            source = project.source(frame.path)
            function = source.function_at(frame.range, frame.function)
            if function is not None:
                edits = padded_and_cropped(project, source, function, frames[depth:], window, dividends)
                title = f"pad height and width to multiples of the window {window} and crop what is returned"
                evidence = (Evidence.INSERTED, Evidence.OTHER_READING, Evidence.OUTWARD * depth)
                yield self.fix(title, edits, *evidence, reason="windows at the border then see padding")
