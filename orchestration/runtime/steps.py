"""Names of the steps of a run, as a person reads them."""


def step_label(step_key: str) -> str:
    """The asset a step makes: raw__ishares__nav as raw/ishares__nav."""
    return step_key.replace("__", "/", 1)
