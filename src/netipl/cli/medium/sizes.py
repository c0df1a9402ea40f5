"""How large something is, as people read it."""

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def readable(size: int) -> str:
    """Three digits or so: `999 bytes`, `1.5 MiB`."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{size} {_UNITS[0]}" if unit == 0 else f"{value:.{1 if value < 100 else 0}f} {_UNITS[unit]}"
