def parse_cfg(path):
    """darknet style: [section] lines followed by key=value lines"""
    blocks = []
    with open(path) as fh:
        for line in fh:
            line = line.split("#")[0].strip()
            if not line:
                continue
            if line.startswith("["):
                blocks.append({"type": line[1:-1]})
            else:
                key, value = line.split("=")
                blocks[-1][key.strip()] = value.strip()
    return blocks
