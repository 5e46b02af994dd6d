"""The TXT records of a domain, as its name servers answer."""

from functions.identity.settings import settings
from shared.kit.errors import Unavailable

TIMEOUT_SECONDS = 5.0
MOST_RECORDS = 50


async def txt_records(name: str) -> list[str]:
    """The texts at the name; none where there are none. Raises Unavailable where no name server
    answers."""
    import dns.asyncresolver
    import dns.exception
    import dns.resolver

    server = settings().name_server
    resolver = dns.asyncresolver.Resolver(configure=not server)
    if server:
        host, _, port = server.rpartition(":")
        resolver.nameservers, resolver.port = [host], int(port)
    try:
        answer = await resolver.resolve(f"{name}.", "TXT", lifetime=TIMEOUT_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise Unavailable(f"no name server answers for {name}; try again") from error
    texts = (b"".join(each.strings) for each in list(answer)[:MOST_RECORDS])
    return [text.decode(errors="replace") for text in texts]
