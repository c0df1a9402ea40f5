"""Plants each fault of tests/mutants/*.patch in a copy of the tree and demands that its test turns red.

A patch opens with `# expect: tests/FILE.py::test_name`, one line for each test that must fail; before the patch the
same tests must pass. A patch that no longer applies is a failure. Arguments name patches, without them all are planted.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATCHES = ROOT / "tests" / "mutants"

PASSED, FAILED = 0, 1
"""pytest's exit statuses; any other says that the tests could not be run."""


def expected(patch: Path) -> list[str]:
    """The tests that must turn red."""
    return re.findall(r"^# expect: (\S+)$", patch.read_text(), re.MULTILINE)


def copy_tree(destination: Path) -> None:
    """The tracked files as they are in the work tree, changes that are not committed included."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, destination / name)
    (destination / ".cache").symlink_to(ROOT / ".cache")


def run(tests: list[str], tree: Path) -> tuple[int, str]:
    """Pytest's exit status and output, with the package of `tree` in place of the installed one."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--quiet", "--no-header", *tests]
    environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=tree, env=environment, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def patched(patch: Path, tree: Path, *options: str) -> bool:
    """Whether the patch could be applied (with `--reverse`: taken out)."""
    command = ["git", "apply", "--whitespace=nowarn", *options, str(patch)]
    environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)}
    return subprocess.run(command, cwd=tree, env=environment, check=False).returncode == 0


def verdict(patch: Path, tree: Path) -> str:
    """Empty if the mutant is killed, otherwise what is wrong."""
    tests = expected(patch)
    if not tests:
        return "names no test: begin it with `# expect: tests/FILE.py::test_name`"
    status, output = run(tests, tree)
    if status != PASSED:
        return f"its tests do not pass without it (pytest: {status})\n{output}"
    if not patched(patch, tree):
        return "does not apply any more: renew it"
    try:
        survivors = [test for test in tests if run([test], tree)[0] != FAILED]
    finally:
        patched(patch, tree, "--reverse")
    return "".join(f"survives {test}\n" for test in survivors)


def main(names: list[str]) -> int:
    """Exit status 1 if a mutant survives or cannot be planted."""
    patches = [Path(name).resolve() for name in names] or sorted(PATCHES.glob("*.patch"))
    if not patches:
        print("no patches in tests/mutants", file=sys.stderr)
        return 1
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="netipl-mutants-") as directory:
        tree = Path(directory, "tree")
        copy_tree(tree)
        for patch in patches:
            reason = verdict(patch, tree)
            print(f"{'FAILED' if reason else 'killed'}  {patch.stem}{': ' + reason if reason else ''}", flush=True)
            wrong += bool(reason)
    print(f"{len(patches) - wrong} of {len(patches)} mutants killed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
