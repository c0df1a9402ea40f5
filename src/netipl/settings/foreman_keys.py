"""The table `[foreman]`: the Smart Proxy that Foreman or Satellite talks to, and how Foreman itself is reached."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field

from netipl.servers.smartproxy.control import Module
from netipl.settings.notation import DomainName, Listening, OneLine, Whole
from netipl.settings.table import Table


class ForemanKeys(Table):
    """The Smart Proxy for Foreman and Satellite; it is served where `https` or `http` says where."""

    https: Listening | None = Field(
        default=None,
        description="An address and a TCP port for HTTPS, with the certificates of `tls_...`.",
        examples=["0.0.0.0:8443"],
    )
    http: Listening | None = Field(
        default=None,
        description="An address and a TCP port for plain HTTP; only with `trusted_hosts`, or `insecure`.",
        examples=["192.0.2.1:8000"],
    )
    tls_certificate: Path | None = Field(
        default=None,
        description="The certificate for `https`, with those that it needs behind it (PEM).",
        examples=["/etc/netipl/proxy.crt"],
    )
    tls_key: Path | None = Field(
        default=None, description="The key of the certificate (PEM).", examples=["/etc/netipl/proxy.key"]
    )
    tls_ca: Path | None = Field(
        default=None,
        description="The authority of the certificates that clients show, that of Foreman's own (PEM).",
        examples=["/etc/netipl/foreman-ca.crt"],
    )
    trusted_hosts: tuple[DomainName, ...] | None = Field(
        default=None,
        description="Who may use it: the CN of a certificate, or, by plain HTTP, the name that an address has. Without "
        "it everybody with a certificate; an empty list is nobody.",
        examples=[["foreman.example.com"]],
    )
    forward_verify: bool = Field(
        default=True,
        description="Whether the name of an address has to lead back to that address (plain HTTP).",
        examples=[True],
    )
    insecure: bool = Field(
        default=False,
        description="Whether plain HTTP is served without `trusted_hosts`: everybody who reaches it may change all.",
        examples=[False],
    )
    modules: tuple[Module, ...] = Field(
        default=tuple(Module), description="The modules that are switched on.", examples=[["dhcp", "tftp", "logs"]]
    )
    server_name: DomainName | None = Field(
        default=None,
        description="The TFTP server that Foreman puts into DHCP records, a name or an address. Without it Foreman "
        "takes the host of the proxy's URL.",
        examples=["192.0.2.1"],
    )
    template_url: OneLine | None = Field(
        default=None,
        description="Where hosts fetch templates from this proxy. Without it Foreman takes the proxy's own URL.",
        examples=["http://192.0.2.1:8000"],
    )
    registration_url: OneLine | None = Field(
        default=None,
        description="Where hosts register. Without it the URL that they asked.",
        examples=["https://proxy.example.com:8443"],
    )
    url: OneLine | None = Field(
        default=None,
        description="The URL of Foreman; the modules `templates` and `registration` need it.",
        examples=["https://foreman.example.com"],
    )
    url_certificate: Path | None = Field(
        default=None,
        description="The certificate that is shown to Foreman (PEM). Without it `tls_certificate`.",
        examples=["/etc/netipl/client.crt"],
    )
    url_key: Path | None = Field(
        default=None, description="Its key (PEM). Without it `tls_key`.", examples=["/etc/netipl/client.key"]
    )
    url_ca: Path | None = Field(
        default=None,
        description="The authority of Foreman's certificate (PEM). Without it `tls_ca`.",
        examples=["/etc/netipl/foreman-ca.crt"],
    )
    fetch_from: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(),
        description="Networks from which boot files are fetched though they are loopback or link-local.",
        examples=[["127.0.0.0/8"]],
    )
    largest_file: Annotated[Whole, Field(ge=1, le=65536)] = Field(
        default=2048, description="How large one boot file may be, in MiB.", examples=[2048]
    )
    verify_downloads: bool = Field(
        default=True,
        description="Whether boot files come by https only from servers with a certificate that the system trusts.",
        examples=[True],
    )
    ping: bool = Field(
        default=True,
        description="Whether an address is pinged before Foreman is offered it.",
        examples=[True],
    )
