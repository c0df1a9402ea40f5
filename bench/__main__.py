"""`python -m bench NAME [ARGUMENTS]` runs one measurement, `python -m bench` lists them."""

import ast
import runpy
import sys
from pathlib import Path

MEASUREMENTS = ("consoles", "dhcp", "engine_dhcp", "guest", "images", "reipl", "store", "tftp")


def subject(name: str) -> str:
    """The first line of what the measurement says of itself."""
    source = Path(__file__).with_name(f"{name}.py").read_text()
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def main() -> None:
    """Run the one named, with the arguments behind its name."""
    if len(sys.argv) > 1 and sys.argv[1] in MEASUREMENTS:
        name = sys.argv.pop(1)
        sys.argv[0] = f"python -m bench {name}"
        runpy.run_module(f"bench.{name}", run_name="__main__")
        return
    for name in MEASUREMENTS:
        print(f"{name:12} {subject(name)}")
    sys.exit(0 if len(sys.argv) == 1 else 2)


if __name__ == "__main__":
    main()
