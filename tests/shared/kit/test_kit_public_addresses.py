"""What a stranger could name to reach what is ours."""

from ipaddress import ip_address

import pytest

from shared.kit.public_addresses import NotCallable, OutsideUrl, is_public


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1"),
        *("192.0.0.8", "192.88.99.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::1"),
        *("fec0::1", "ff02::1", "2001:db8::1", "3fff::1", "5f00::1", "4000::1", "100::1"),
        # Older addresses in the dress of newer ones, private or not.
        *("::127.0.0.1", "::8.8.8.8", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1"),
        *("64:ff9b:1::1", "2002:a00:1::", "2002:808:808::1", "2001:0:a00:1::", "2001:1::1"),
        "2606:4700:4700::1111%eth0",
    ],
)
def test_what_is_not_one_machine_of_the_internet_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "2a00:1450:4001::1"])
def test_what_everybody_reaches_is_public(address: str) -> None:
    assert is_public(ip_address(address))


REFUSED = [
    # No https, or not at its port.
    *("", "app.example", "//app.example/", "http://app.example/", "ftp://app.example/"),
    *("javascript:alert(1)", "file:///etc/passwd", "https://app.example:8443/"),
    *("https://app.example:0/", "https://app.example:99999/", "https://app.example:/"),
    *("https://app.example:-443/", "https://app.example:4٤3/", "https://app.example:443x/"),
    # Numbers in forms that some programs read.
    *("https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/"),
    *("https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://127.0.0.1./", "https://1.2.3.4.5/"),
    *("https://8.8.8.08/", "https://256.1.1.1/", "https://a.0x7f/", "https://a.1/"),
    # Names for this machine, of its own network, or with a dot at the end.
    *("https://localhost/", "https://localhost./", "https://metadata/", "https://app.example./"),
    *("https://.app.example/", "https://app..example/", "https://-app.example/", "https:///c"),
    # Another host than a reader takes it for.
    *("https://u@app.example/", "https://u:p@app.example/", "https://app.example@10.0.0.1/"),
    *("https://@app.example/", "https://app.example%40evil.example/", "https://a%2eexample/"),
    *("https://app.example\\@evil.example/", "https://app.example#@evil.example/"),
    *("https://app.exam\tple/", "https://app.example/\r\nHost: a", " https://app.example/"),
    *("https://äpp.example/", "https://app.example\u3002evil/", "https://\uff11.1.1.1/"),
    *("https://app.example/c d", "https://app.example/ä", "https://a_b.example/"),
    # Broken or scoped numbers of IPv6.
    *("https://[::1/", "https://::1/", "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/"),
    *("https://[1.2.3.4]/", "https://[v1.a]/", "https://[:::1]/", "https://[::1]a/"),
    # Names that no name server has.
    *(f"https://{'a' * 64}.example/", f"https://{'a.' * 130}example/"),
    f"https://app.example/{'c' * 2000}",
]


@pytest.mark.parametrize("url", REFUSED)
@pytest.mark.parametrize("may_be_loopback", [False, True])
def test_what_programs_read_differently_is_no_address(url: str, may_be_loopback: bool) -> None:
    if may_be_loopback and url == "http://app.example/":
        # A name that must then resolve to this machine.
        assert OutsideUrl.read(url, may_be_loopback=True).is_loopback
        return
    with pytest.raises(NotCallable):
        OutsideUrl.read(url, may_be_loopback=may_be_loopback)


@pytest.mark.parametrize(
    ("url", "authority", "called"),
    [
        ("https://App.Example", "app.example", "https://1.2.3.4:443/"),
        ("https://app.example:443/c?x=1", "app.example", "https://1.2.3.4:443/c?x=1"),
        ("https://xn--pp-uia.example/;a//b", "xn--pp-uia.example", "https://1.2.3.4:443/;a//b"),
        ("https://8.8.8.8/", "8.8.8.8", "https://1.2.3.4:443/"),
        ("https://[2606:4700:4700::1111]/", "[2606:4700:4700::1111]", "https://1.2.3.4:443/"),
        ("https://app.example?x@y", "app.example", "https://1.2.3.4:443/?x@y"),
    ],
)
def test_the_address_is_called_as_it_was_read(url: str, authority: str, called: str) -> None:
    read = OutsideUrl.read(url)
    assert (read.authority, read.at("1.2.3.4")) == (authority, called)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://127.0.0.1:80/c", "127.0.0.1"),
        ("http://localhost:5000/c", "localhost:5000"),
        ("http://[::1]:5000/c", "[::1]:5000"),
    ],
)
def test_a_local_platform_reads_addresses_of_its_machine(url: str, authority: str) -> None:
    read = OutsideUrl.read(url, may_be_loopback=True)
    assert (read.authority, read.is_loopback) == (authority, True)
    for port in ("0", "65536", "99999"):
        with pytest.raises(NotCallable, match="port"):
            OutsideUrl.read(f"http://127.0.0.1:{port}/", may_be_loopback=True)
