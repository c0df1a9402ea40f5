"""Why a TLS handshake came to nothing, in words for whoever set the certificates up.

The other side is told by an alert at most (RFC 8446, 6.2), and mostly shows less. Reasons are those of OpenSSL.
"""

import ssl
from typing import Final

from netipl.wire import printable

_REMEDIES: Final = {
    "HTTP_REQUEST": "speak https to this port",
    "WRONG_VERSION_NUMBER": "speak https to this port",
    "UNSUPPORTED_PROTOCOL": "speak TLS 1.2 or newer",
    "ALERT_UNKNOWN_CA": "it does not know the authority of our certificate",
    "ALERT_BAD_CERTIFICATE": "it does not take our certificate: see its name, and how long it is good",
    "ALERT_CERTIFICATE_UNKNOWN": "it does not take our certificate: see its name, and its authority",
    "ALERT_CERTIFICATE_EXPIRED": "renew our certificate",
}
"""By the end of the reason; alerts are named after the version of TLS, too."""


def told(error: ssl.SSLError) -> str:
    """One line, without what the client sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good here: {printable(error.verify_message)}"
    reason = error.reason or "the connection ended"
    remedy = next((words for end, words in _REMEDIES.items() if reason.endswith(end)), "")
    return f"{reason.replace('_', ' ').lower()}{f' ({remedy})' if remedy else ''}"
