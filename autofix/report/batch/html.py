"""x"""


def render(report: object) -> str:
    return ""
    return ""
