"""Where a client connects, and how: target, TLS, key."""

import ipaddress
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import grpc

from .errors import SluiceError

FilePath = str | Path


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of an encrypted connection."""

    authority_file: FilePath | None = None
    """Authority of the server's certificate; None: those that gRPC trusts."""

    certificate_file: FilePath | None = None
    """With `key_file`, for servers that require a client certificate."""

    key_file: FilePath | None = None

    server_name: str | None = None
    """Name in the server's certificate when it differs from the address."""

    def credentials(self) -> grpc.ChannelCredentials:
        """Raises INVALID_CONFIG for a file that cannot be read."""
        try:
            return grpc.ssl_channel_credentials(
                _read(self.authority_file), _read(self.key_file), _read(self.certificate_file)
            )
        except OSError as error:
            raise _invalid_config(f"the TLS files cannot be used: {error}") from error


def channel_options(tls: Tls | None) -> list[tuple[str, str | int]]:
    """Messages of any size, keepalive during calls, quick reconnects."""
    options: list[tuple[str, str | int]] = [
        ("grpc.max_receive_message_length", -1),
        ("grpc.max_send_message_length", -1),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 60_000),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 5_000),
        # A connection for each client, so that one client's cancellations do not affect another.
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.enable_retries", 0),
        ("grpc.primary_user_agent", f"sluice-client-python/{version('sluice-client')}"),
    ]
    if tls is not None and tls.server_name is not None:
        options.append(("grpc.ssl_target_name_override", tls.server_name))
    return options


def call_metadata(
    address: str, *, api_key: str | None, tls: Tls | None, allow_plaintext_key: bool
) -> tuple[tuple[str, str], ...]:
    """Headers of each call; the key is one, since gRPC sends call credentials over TLS only."""
    if api_key is None:
        return ()
    if re.fullmatch(r"[\x21-\x7e]+", api_key) is None:
        raise _invalid_config("the key holds more than one word of ASCII")
    if tls is None and not allow_plaintext_key and not _is_loopback(address):
        raise _invalid_config(f"the key would go to {address} unencrypted; connect with TLS")
    return (("authorization", f"Bearer {api_key}"),)


def _is_loopback(target: str) -> bool:
    """Of `host:port`, `[::1]:port`, or a target of gRPC such as `dns:host:port` and `unix:path`."""
    if target.startswith("unix:"):
        return True
    address = re.sub(r"^(dns|ipv4|ipv6):(//[^/]*/)?", "", target)
    bracketed = re.match(r"^\[(.*)\](:\d+)?$", address)
    host = bracketed[1] if bracketed else re.sub(r":\d+$", "", address)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(file: FilePath | None) -> bytes | None:
    return None if file is None else Path(file).read_bytes()


def _invalid_config(message: str) -> SluiceError:
    return SluiceError(message, reason="INVALID_CONFIG", status="INVALID_ARGUMENT")
