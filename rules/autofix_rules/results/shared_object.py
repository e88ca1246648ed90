"""AF609 shared-object: an object has two names, and what is changed by one is changed for the other.

Why it fails. ``cfg = BASE`` and ``cfg.update(width=10)`` change the base too: of two models that are built of it the
first is as wide as the base was, and what is built of the base later is as wide as the second.
What the fix does. Makes a copy where the second name is bound: ``dict(BASE)``.
Fix safety. Unsafe: that all readers are to see the change is nothing that a run could rule out.
Source. The Python tutorial, section Defining Functions; the module copy.
"""

from autofix.edits.shared_objects import is_met, shared_objects
from autofix.rule import LOUD, Applicability, Evidence, Example, Finding, Fixes, Project, Rule, model, shown

_SETTINGS = """base = {"width": 8}
self.wide = nn.Linear(6, base["width"])
small = <base => dict(base)>
small["width"] = 4
self.narrow = nn.Linear(6, small["width"])
self.up = nn.Linear(small["width"], base["width"])"""
_SUM = "self.up(self.narrow(x)) + self.wide(x)"


class SharedObject(Rule):
    mismatches = LOUD
    applicability = Applicability.UNSAFE
    examples = (
        Example("the settings of a large and a small layer", ((2, 6),), model(_SETTINGS, _SUM)),
        *shown("""
        declines a name by which nothing is changed: 2,6
            base = [6, 4]; other = base; self.a = nn.Linear(*base); self.b = nn.Linear(5, 2)
            self.b(self.a(x))
            by AF101
    """),
    )

    def propose(self, finding: Finding, project: Project) -> Fixes:
        for shared in shared_objects(project):
            stated = Evidence.AGREES if is_met(project, finding, shared) else Evidence.BY_RUN
            title = f"make `{shared.name}` a copy of `{shared.original}`: `{shared.text}`"
            reason = "that the change is not meant for both names is told by the run alone"
            yield self.fix(title, shared.edits, Evidence.EVIDENT, stated, reason=reason)
