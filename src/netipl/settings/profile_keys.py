"""The keys of `[profiles.NAME]`: what is booted, which answers are given, and what is chosen."""

from pathlib import Path
from typing import Any

from pydantic import Field

from netipl.settings.notation import DomainName, OneLine
from netipl.settings.table import Table

Said = Any
"""A choice as TOML has it; `guests/choices_document.py` reads it, and says what is wrong with it."""


class ProfileKeys(Table):
    """What an installation boots, which answers it gets, and what is chosen of it; NAME is yours to choose. A medium is
    a profile of its own name without being one here.
    """

    base: DomainName | None = Field(
        default=None,
        description="Another profile: what is not said here is as it says. Kernel parameters of both are given, those "
        "of the base first.",
        examples=["debian12"],
    )
    medium: DomainName | None = Field(
        default=None,
        description="The medium whose kernel and initrd are booted, as `netipl medium list` has it.",
        examples=["debian12"],
    )
    agent: DomainName | None = Field(
        default=None,
        description="The medium of the agent that writes the medium to the disk, where that is a disk image. Without "
        "it `agent`.",
        examples=["agent"],
    )
    kernel: Path | None = Field(
        default=None,
        description="In the place of a medium: the installer's kernel, a raw s390x image.",
        examples=["/srv/debian/kernel.debian"],
    )
    initrd: Path | None = Field(default=None, description="Its initrd.", examples=["/srv/debian/initrd.debian"])
    template: str | None = Field(
        default=None,
        description="The template of the answers. Without it the one that suits the medium.",
        examples=["preseed"],
    )
    append: OneLine = Field(
        default="",
        description="Kernel parameters, behind those that the medium needs. `{guest}`, `{address}`, `{server}`, "
        "`{answers}`, `{callback}`, `{medium}` and `{tree}` are filled in.",
        examples=["auto url={answers}"],
    )
    answers: Path | None = Field(
        default=None,
        description="In the place of a template: a file that the installer fetches from `{answers}`, with the same "
        "names in it.",
        examples=["/srv/debian/preseed.cfg"],
    )
    timezone: Said = Field(default=None, description="Its time zone.", examples=["Europe/Prague"])
    language: Said = Field(default=None, description="Its locale.", examples=["en_US.UTF-8"])
    keyboard: Said = Field(default=None, description="Its keyboard.", examples=["us"])
    layout: Said = Field(
        default=None,
        description="How the disk is divided: `plain` has one root file system, `lvm` a volume group with root and "
        "swap.",
        examples=["plain"],
    )
    root_password: Said = Field(
        default=None,
        description="The hash of root's password, as `openssl passwd -6` or `mkpasswd` makes it. Without it root "
        "cannot log in by password.",
        examples=["$6$..."],
    )
    root_ssh_keys: Said = Field(
        default=None, description="Public keys by which root may log in.", examples=[["ssh-ed25519 AAAA... me"]]
    )
    users: Said = Field(
        default=None,
        description="Users: `name`, and if you like `ssh_keys`, `password` (a hash) and `admin` (may become root).",
        examples=[[{"name": "me", "ssh_keys": ["ssh-ed25519 AAAA... me"], "admin": True}]],
    )
    packages: Said = Field(
        default=None, description="Packages, besides what boots and answers by SSH.", examples=[["vim"]]
    )
    repositories: Said = Field(
        default=None,
        description="Where more packages come from: `name` and `url`.",
        examples=[[{"name": "updates", "url": "http://mirror.example.com/updates"}]],
    )
    scripts: Said = Field(
        default=None,
        description="Programs that run at the end in the new system, each a text.",
        examples=[["#!/bin/sh\ntouch /etc/installed\n"]],
    )
    finish: Said = Field(
        default=None,
        description="For a disk image: a program that netipl runs there by SSH, as root, when it has booted. The guest "
        "is installed when it ends with status 0.",
        examples=["#!/bin/sh\ncloud-init status --wait\n"],
    )
    znet: Said = Field(
        default=None,
        description="Arguments of `rd.znet`, for network devices that are not virtio.",
        examples=[["qeth,0.0.0600,0.0.0601,0.0.0602,layer2=1"]],
    )
    dasd: Said = Field(default=None, description="Arguments of `rd.dasd`.", examples=[["0.0.0200"]])
    zfcp: Said = Field(
        default=None,
        description="Arguments of `rd.zfcp`.",
        examples=[["0.0.4000,0x5005076300c213e9,0x5022000000000000"]],
    )
    cio_ignore: Said = Field(
        default=None, description="The argument of the kernel's `cio_ignore`.", examples=["all,!condev"]
    )
    variables: Said = Field(
        default=None, description="Names with texts, for templates of your own.", examples=[{"role": "web"}]
    )
