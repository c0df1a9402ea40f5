"""Made-up trees of /sys with disks on the channel subsystem."""

from pathlib import Path


class Sys:
    """A tree with devices as Linux shows them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "block").mkdir(parents=True, exist_ok=True)
        (root / "bus/ccw/devices").mkdir(parents=True, exist_ok=True)

    def ccw(self, number: str) -> Path:
        device = self.root / "devices/css0/0.0.0001" / number
        device.mkdir(parents=True, exist_ok=True)
        link = self.root / "bus/ccw/devices" / number
        if not link.is_symlink():
            link.symlink_to(device)
        return device

    def disk(self, name: str, number: str | None, *, sectors: int = 2048, between: str = "virtio0") -> None:
        above = self.ccw(number) if number else self.root / "devices/virtual"
        block = above / between / "block" / name
        block.mkdir(parents=True)
        (block / "size").write_text(f"{sectors}\n")
        (self.root / "block" / name).symlink_to(block)
