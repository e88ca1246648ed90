"""AF111 rnn-hidden-state: the initial state of a recurrent layer has the wrong sizes.

Why it fails. The state is ``(num_layers * directions, batch, hidden_size)``, with the batch in the middle even
where the layer is ``batch_first``. A state made for one direction, for the batch size of training or with its
dimensions in another order does not fit.
What the fix does. Corrects the sizes where the state is made: ``n_layers * 2`` for two directions, ``x.size(0)``
for a number that was the batch size, the other axis of the input. A vector gets a layer dimension, swapped
dimensions are transposed, and slices that take both directions of one layer take those of all.
Fix safety. Safe where the sizes are those of the state's own making; unsafe where a computed state is reshaped or
the layer is changed to fit it.
Source. torch.nn.LSTM and torch.nn.GRU, section Inputs.
"""

import ast

from autofix.edits.recurrent_states import dimension_sites, direction_slices, layers_first, state_tensors, state_value
from autofix.facts.call_sites import argument_followed, argument_of, prepared
from autofix.facts.refused_states import refused_state
from autofix.operators.shape_functions import without
from autofix.provenance.producers import argument_sites
from autofix.records.finding import Detail, Mismatch
from autofix.rule import Evidence, Finding, Fixes, Layer, Operation, Project, Rule, SiteKind, Tensor, dearest, shown
from autofix.syntax.spelling import size_text


class RnnHiddenState(Rule):
    mismatches = (Mismatch.RNN_HIDDEN, Mismatch.SILENT_BATCH)
    examples = shown("""
        declines a state that code of its own computes: 7,3,4
            self.rnn = nn.GRU(4, 6, bidirectional=True, batch_first=True)
            h = torch.stack((x.mean(1), x.mean(1), x.mean(1))); self.rnn(x, h)[0]
        two directions: 7,3,4
            self.rnn = nn.GRU(4, 6, bidirectional=True, batch_first=True)
            h = torch.zeros(<1 => 2>, x.size(0), 6); self.rnn(x, h)[0]
    """)

    def propose(self, finding: Finding, project: Project) -> Fixes:
        refused = refused_state(project)
        yield from (
            super().propose(finding, project) if refused is None else self.propose_for(finding, project, refused[0])
        )

    def propose_for(self, finding: Finding, project: Project, operation: Operation) -> Fixes:
        layer = project.layer(finding.layer)
        if layer is None or finding.detail is not Detail.STATE:
            return
        wrong = tuple(t for t in state_tensors(operation) if t.shape != finding.expected)
        name, expected = layer.label, finding.expected
        yield from self._sizes(project, operation, layer, wrong, expected)
        sliced = [direction_slices(project, tensor, expected[0]) for tensor in wrong]
        if all(sliced):
            edits = tuple(sorted({edit for slices in sliced for edit in slices}))
            title = f"take the states of every layer for `{name}`, not of the first"
            reason = "states of all layers are merged where those of one were"
            yield self.fix(title, edits, Evidence.EVIDENT, doubt=reason)
        yield from map(self.change, layers_first(project, operation, expected))
        yield from self._reshaped(project, operation, layer, wrong, expected)
        has_layers = not layer.kind.endswith("Cell")
        for parameter, dimension in (*([("num_layers", 0)] if has_layers else []), ("hidden_size", len(expected) - 1)):
            yield from self._layer(project, layer, wrong, expected, parameter, dimension)

    def _sizes(
        self, project: Project, operation: Operation, layer: Layer, wrong: tuple[Tensor, ...], expected: tuple[int, ...]
    ) -> Fixes:
        """Yield fixes that correct each wrong dimension of each wrong state in the same way, all in one step."""
        if not wrong or any(tensor.rank != len(expected) for tensor in wrong):
            return
        first_axis = 0 if layer.setting("batch_first") or layer.kind.endswith("Cell") else 1
        dimensions = [d for d, (a, b) in enumerate(zip(wrong[0].shape, expected, strict=True)) if a != b]
        options = [
            [dimension_sites(project, t, d, expected[d], first_axis) for t in wrong if t.shape[d] != expected[d]]
            for d in dimensions
        ]
        if not all(all(per_state) for per_state in options):
            return
        for index in range(max(len(per_state[0]) for per_state in options)):
            chosen = [site for per_state in options for s in per_state for site in (s[min(index, len(s) - 1)],)]
            edits = tuple(sorted({edit for site in chosen for edit in site.edits}))
            words = ", ".join(dict.fromkeys(site.text for site in chosen))
            title = f"make the state of `{layer.label}` with {words}"
            # The last size is the layer's own: written as a number on both sides, either may be the wrong one.
            is_number = any(d == len(expected) - 1 for d in dimensions) and all(t.text.isdecimal() for t in chosen[-1:])
            reason = "the layer may as well be meant for the state's size" if is_number else ""
            if any(site.kind is SiteKind.CHOICE for site in chosen):
                reason = "the input may be meant to have its samples first"
            yield self.fix(title, edits, *dearest(chosen), doubt=reason)

    def _reshaped(
        self, project: Project, operation: Operation, layer: Layer, wrong: tuple[Tensor, ...], expected: tuple[int, ...]
    ) -> Fixes:
        """Yield fixes that bring the state to the layout the layer takes; only where it is passed as one expression."""
        if not isinstance(state_value(operation), Tensor) or len(wrong) != 1:
            return
        method, shape = "", wrong[0].shape
        if len(expected) == 3 and shape == expected[1:]:
            method = "unsqueeze(0)" if expected[0] == 1 else f"unsqueeze(0).repeat({expected[0]}, 1, 1)"
        elif len(expected) == 3 and shape == (2 * expected[0], expected[1], expected[2] // 2):
            yield from self._joined(project, operation, layer)
        elif len(expected) == 3 and len(shape) == 3 and (shape[1], shape[0], shape[2]) == expected:
            method = "transpose(0, 1).contiguous()"
        elif len(expected) == 2 and len(shape) == 3 and shape == (1, *expected):
            method = "squeeze(0)"
        elif len(expected) == 3 and shape == (expected[0], 1, expected[2]):
            argument = argument_of(project, operation, 0, "input")
            if argument is not None and isinstance(argument.node, ast.Name):
                size = size_text(argument.source, argument.text, 0 if layer.setting("batch_first") else 1)
                method = f"expand(-1, {size}, -1).contiguous()"
        edit = argument_followed(project, operation, 1, "hx", f".{method}") if method else None
        if edit is not None:
            title = f"bring the state of `{layer.label}` to {expected} with `.{method}`"
            yield self.fix(title, (edit,), doubt="the state is taken to mean what its sizes say")

    def _joined(self, project: Project, operation: Operation, layer: Layer) -> Fixes:
        """Yield the fix that puts the states of both directions of each layer side by side."""
        state = argument_of(project, operation, 1, "hx")
        if state is not None and isinstance(state.node, (ast.Name, ast.Attribute)):
            edit = prepared(state, "torch.cat([{0}[0::2], {0}[1::2]], dim=2)")
            title = f"give `{layer.label}` the states of both directions side by side"
            yield self.fix(title, (edit,), doubt="one direction could be meant instead")

    def _layer(
        self,
        project: Project,
        layer: Layer,
        wrong: tuple[Tensor, ...],
        expected: tuple[int, ...],
        parameter: str,
        dimension: int,
    ) -> Fixes:
        """Yield fixes that build the layer for the state it is given."""
        shapes = {tensor.shape for tensor in wrong}
        shape = next(iter(shapes)) if len(shapes) == 1 else ()
        if len(shape) != len(expected) or without(shape, dimension) != without(expected, dimension):
            return
        directions = 2 if dimension == 0 and layer.setting("bidirectional") else 1
        if shape[dimension] % directions:
            return
        for site in argument_sites(project, layer, parameter, shape[dimension] // directions):
            if site.kind is SiteKind.EXPRESSION:
                continue  # Another name that happens to hold the number says nothing about the layer.
            title = f"set `{parameter}` of `{layer.label}` to {site.result}, as the state has it"
            reason = f"`{parameter}` changes the layer"
            yield self.fix(title, site.edits, *site.evidence, Evidence.OTHER_MODEL, doubt=reason)
