"""What the nets are made of, and what may differ from it."""
BASE = {"features": 12, "width": 48, "depth": 3, "classes": 4}


def make_config(**changes):
    unknown = set(changes) - set(BASE)
    if unknown:
        raise KeyError(f"not in the configuration: {sorted(unknown)}")
    cfg = BASE
    cfg.update(changes)
    return cfg
