"""The rules that come with autofix, one file each."""

# Codes and names that rules had before others took over what they did, with those that are to be named instead.
REPLACED = {
    **dict.fromkeys(("AF102", "AF105", "AF110", "AF112", "AF116"), "AF101"),
    **dict.fromkeys(("linear-in-features", "conv-channels", "norm-features", "rnn-input-size"), "layer-size"),
    **dict.fromkeys(("attention-width", "bilinear-features"), "layer-size"),
}
