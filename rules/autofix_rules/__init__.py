"""The rules that come with autofix, one file each."""

# Codes and names that rules had before others took over what they did, with those that are to be named instead.
REPLACED = {
    **dict.fromkeys(("AF102", "AF105", "AF110", "AF112", "AF116", "AF318"), "AF101"),
    **dict.fromkeys(("linear-in-features", "conv-channels", "norm-features", "rnn-input-size"), "layer-size"),
    **dict.fromkeys(("AF307", "AF404", "AF408"), "AF420"),
    **dict.fromkeys(("missing-keepdim", "transposed-features", "extra-dimension"), "operand-layout"),
    **{"AF312": "AF331", "loss-dtype": "number-type"},
    **{"AF314": "AF125", "parameter-size": "operand-size", "AF319": "AF125", "repeat-count": "operand-size"},
    **{"conv-rank": "layer-rank", "AF106": "AF104", "norm-rank": "layer-rank"},
    **{"conv-groups": "layer-groups", "AF107": "AF103", "norm-groups": "layer-groups"},
    **{"AF315": "AF506", "shrinking-branch": "missing-padding"},
    **{"AF332": "AF311", "one-hot-target": "loss-target-shape", "AF316": "AF420", "joined-ranks": "operand-layout"},
    **{"AF705": "AF706", "neighbouring-layer": "unread-name"},
    **{"AF123": "AF702", "swapped-sizes": "exchanged-arguments"},
    **{"AF317": "AF302", "unstrided-projection": "residual-shapes"},
    **{"AF421": "AF405", "missing-dim": "dimension-range", "AF503": "AF708", "pooled-shortcut": "other-argument"},
    **dict.fromkeys(("AF407", "AF603"), "AF606"),
    **dict.fromkeys(("unpacked-shape", "unpacked-parts"), "unpacked-result"),
    **{"RF103": "RF102", "batch-from-input": "view-keeps-batch"},
    **dict.fromkeys(("attention-width", "bilinear-features", "joined-part"), "layer-size"),
}
