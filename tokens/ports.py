"""Can something listen there? Asked first, so that the answer is one sentence."""

import errno
import socket


def trouble(host: str, port: int, variable: str = "PORT") -> str:
    """Why nothing can listen at `host:port`, as a sentence; empty when it can.

    `variable` is the setting that chooses the port.
    """
    try:
        family, address = resolve(host, port)
        socket.create_server(address, family=family).close()
    except socket.gaierror:
        return f"HOST {host} is not an address of this machine."
    except OSError as error:
        return _sentence(error, host, port, variable)
    return ""


def resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """The first numeric address behind a name such as `localhost`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), port)


def _sentence(error: OSError, host: str, port: int, variable: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is already in use: stop what listens there, "
            f"or set {variable} to another port."
        )
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}: set {variable} above 1023."
    return f"Nothing can listen at {host}, port {port}: {error.strerror}."
