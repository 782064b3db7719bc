"""Bodies of many kinds, each with a random token beside an amount, as a Python and as a Java service write them."""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import brotli
import zstandard
from served import Said

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DEPTH, _WIDTH, _MEMBERS = 400, 2_000, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an answer says: its ``number``, the ``amount``, a ``token`` that no two answers share.

    ``is_java``: spelled as the candidate spells it, where that means nothing to a caller.
    """

    number: int
    amount: int
    token: str
    is_java: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """``place`` is where a wrong amount is to be found: the path of a cluster."""

    place: str
    say: Callable[[Page], Said]


def _said(kind: str, body: str | bytes, **headers: str) -> Said:
    data = body.encode() if isinstance(body, str) else body
    return Said(
        value=data, headers={"Content-Type": kind, **{name.replace("_", "-"): it for name, it in headers.items()}}
    )


def _form_page(page: Page) -> Said:
    field = f"<input name='csrf' value={page.token}>" if page.is_java else f'<input value="{page.token}" name="csrf">'
    return _said(
        "text/html", f"<form>{field}<b class='{'b a' if page.is_java else 'a b'}'>{page.amount} EUR</b></form>"
    )


def _nonce_page(page: Page) -> Said:
    token, amount = page.token, page.amount
    head = f'<meta name="csrf-token" content="{token}"><style nonce="{token}">p {{ color: red }}</style>'
    script = f'<script nonce="{token}">\n  var trace = "{token}";\n  var total = {amount};\n</script>'
    return _said("text/html", f"<html><head>{head}</head><body>{script}<p>ok</p></body></html>")


def _data_page(page: Page) -> Said:
    data = json.dumps({"trace": page.token, "amount": page.amount})
    return _said("text/html", f'<p>ok</p><script type="application/json">{data}</script>')


def _link_page(page: Page) -> Said:
    return _said("text/html", f'<p><a href="/pay?state={page.token}&amp;amount={page.amount}">pay</a></p>')


def _sentence_page(page: Page) -> Said:
    return _said("text/html", f"<p>Order {page.token}: please pay {page.amount} EUR</p>")


def _xml(page: Page) -> Said:
    token, amount = page.token, page.amount
    if page.is_java:
        note = f"<note><![CDATA[a & {token}]]></note>"
        text = f'<reply kind="x"\n  id="{token}">\n  <amount>{amount}</amount>\n  {note}\n</reply>'
    else:
        inside = f"<amount>{amount}</amount><note>a &#38; {token}</note>"
        text = f'<?xml version="1.0"?><reply id="{token}" kind="x">{inside}</reply>'
    return _said("application/xml", text)


def _soap(page: Page) -> Said:
    envelope, utility = ("SOAP-ENV", "u") if page.is_java else ("soap", "wsu")
    created = f"2026-01-02T03:04:{page.number % 60:02}.{int(page.token[:3], 16):04}Z"
    stamp = f"<{utility}:Timestamp><{utility}:Created>{created}</{utility}:Created></{utility}:Timestamp>"
    message = f'<a:MessageID xmlns:a="urn:a">urn:uuid:{page.token}</a:MessageID>'
    total = f'<r:Total xmlns:r="urn:r"><r:amount>{page.amount}</r:amount></r:Total>'
    spaces = f'xmlns:{envelope}="{_ENVELOPE}" xmlns:{utility}="{_UTILITY}"'
    head, body = (_tag(f"{envelope}:{name}", text) for name, text in (("Header", stamp + message), ("Body", total)))
    return _said("text/xml; charset=utf-8", f"<{envelope}:Envelope {spaces}>{head}{body}</{envelope}:Envelope>")


def _soap_fault(page: Page) -> Said:
    text = f"request {page.token} refused: {page.amount} EUR left"
    fault = _tag("soap:Fault", _tag("faultcode", "soap:Client") + _tag("faultstring", text))
    body = _tag("soap:Body", f"\n  {fault}\n" if page.is_java else fault)
    return _said("text/xml", f'<soap:Envelope xmlns:soap="{_ENVELOPE}">{body}</soap:Envelope>')


def _tag(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"


def _csv(page: Page) -> Said:
    return _said("text/csv", f"# run {page.token}\nid,amount\n{page.number},{page.amount}\n")


def _csv_cells(page: Page) -> Said:
    rows = [f'{page.number},"{page.token}, ""x""",{page.amount}', f'8,"{page.token}, y",3']
    return _said("text/csv; charset=utf-8", "".join(f"{row}\r\n" for row in ("id,run,amount", *rows)))


def _csv_without_names(page: Page) -> Said:
    return _said("text/csv; header=absent", f"{page.token},{page.amount}\n")


def _tsv(page: Page) -> Said:
    return _said("text/tab-separated-values", f"order_id\trun\tamount\n{page.number}\t{page.token}\t{page.amount}\n")


def _csv_broken(page: Page) -> Said:
    return _said("text/csv", f'id,run,size,amount\n1,{page.token},5" wide,{page.amount}\n')


def _line(page: Page) -> Said:
    return _said("text/plain", f"run {page.token} done in {int(page.token[:2], 16)} ms: {page.amount} EUR")


def _log(page: Page) -> Said:
    lines = (
        f"2026-01-02T03:04:05Z INFO trace={page.token} start",
        f"2026-01-02T03:04:06Z INFO trace={page.token} amount={page.amount}",
    )
    return _said("text/plain", "".join(f"{line}\n" for line in lines))


def _metrics(page: Page) -> Said:
    lines = ("# TYPE total gauge", f"started {int(page.token[:6], 16)}", f'total{{shop="a"}} {page.amount}')
    return _said("text/plain; version=0.0.4", "".join(f"{line}\n" for line in lines))


def _settings(page: Page) -> Said:
    return _said("text/plain", f"[run]\nid = {page.token}\namount = {page.amount}\n")


def _yaml(page: Page) -> Said:
    return _said("application/yaml", f"run:\n  id: {page.token}\n  amount: {page.amount}\n")


def _parts(kind: str, mark: str, *parts: tuple[str, bytes]) -> tuple[str, bytes]:
    body = b"".join(b"--%s\r\n%s\r\n\r\n%s\r\n" % (mark.encode(), head.encode(), part) for head, part in parts)
    return f"{kind}; boundary={mark}", body + b"--%s--\r\n" % mark.encode()


def _mixed(page: Page) -> Said:
    data = json.dumps({"amount": page.amount}).encode()
    kind, body = _parts(
        "multipart/mixed",
        page.token,
        ("Content-Type: application/json", data),
        ("Content-Type: image/png", b"\x89PNG" + bytes.fromhex(page.token)),
    )
    return _said(kind, body)


def _nested(page: Page) -> Said:
    inner = _parts(
        "multipart/alternative",
        f"in{page.token}",
        ("Content-Type: text/csv", f"id,amount\n{page.number},{page.amount}\n".encode()),
    )
    kind, body = _parts(
        "multipart/related",
        page.token,
        (f"Content-Type: {inner[0]}", inner[1]),
        ("Content-Type: text/plain", page.token.encode()),
    )
    return _said(kind, body)


def _form_data(page: Page) -> Said:
    fields = (("trace", page.token), ("amount", str(page.amount)))
    named = (f'Content-Disposition: form-data; name="{name}"' for name, _ in fields)
    kind, body = _parts(
        "multipart/form-data", page.token, *zip(named, (value.encode() for _, value in fields), strict=True)
    )
    return _said(kind, body)


def _form(page: Page) -> Said:
    pairs = (f"trace={page.token}", f"amount={page.amount}")
    return _said("application/x-www-form-urlencoded", "&".join(reversed(pairs) if page.is_java else pairs))


def _inner_json(page: Page) -> Said:
    return _said("application/json", json.dumps({"payload": json.dumps({"trace": page.token, "amount": page.amount})}))


def _json(page: Page) -> str:
    pairs = {"trace": page.token, "amount": page.amount}
    return json.dumps(dict(reversed(pairs.items())), separators=(",", ":")) if page.is_java else json.dumps(pairs)


def _redirect(page: Page) -> Said:
    return Said(status=302, headers={"Location": f"https://x.example/cb?state={page.token}&id={page.amount}"})


def _linked(page: Page) -> Said:
    quote = "" if page.is_java else '"'
    return _said("text/plain", "ok", Link=f"</items?cursor={page.token}&limit={page.amount}>; rel={quote}next{quote}")


def _members(page: Page) -> Said:
    data = (_json(page) + " " * _MEMBERS).encode()
    size = 1 if not page.is_java else 7
    parts = (data[at : at + size] for at in range(0, len(data), size))
    return _said("application/json", b"".join(gzip.compress(part) for part in parts), Content_Encoding="gzip")


def _raw_deflate(data: bytes) -> bytes:
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(data) + coder.flush()


def _coded(name: str, python: Callable[[bytes], bytes], java: Callable[[bytes], bytes]) -> Callable[[Page], Said]:
    return lambda page: _said(
        "application/json", (java if page.is_java else python)(_json(page).encode()), Content_Encoding=name
    )


def _deep(page: Page) -> Said:
    return _said("application/json", '{"in":' * _DEPTH + _json(page) + "}" * _DEPTH)


def _wide(page: Page) -> Said:
    return _said("application/json", json.dumps({**{f"k{n}x": n for n in range(_WIDTH)}, **json.loads(_json(page))}))


KINDS: Mapping[str, Kind] = {
    "html": Kind("body/form/b/text()/word[1]", _form_page),
    "html-nonce": Kind("body/html/body/script/text()/line[3]/word[3]", _nonce_page),
    "html-data": Kind("body/script/text()/{json}/amount", _data_page),
    "html-link": Kind("body/p/a/@href/query/amount", _link_page),
    "html-sentence": Kind("body/p/text()/word[5]", _sentence_page),
    "xml": Kind("body/reply/amount/text()", _xml),
    "soap": Kind("body/Envelope/Body/Total/amount/text()", _soap),
    "soap-fault": Kind("body/Envelope/Body/Fault/faultstring/text()/word[4]", _soap_fault),
    "csv": Kind("body/*/amount", _csv),
    "csv-cells": Kind("body/*/amount", _csv_cells),
    "csv-no-names": Kind("body/*/column[2]", _csv_without_names),
    "csv-broken": Kind("body/line[2]/word[5]", _csv_broken),
    "tsv": Kind("body/*/amount", _tsv),
    "text": Kind("body/word[7]", _line),
    "log": Kind("body/line[2]/word[6]", _log),
    "metrics": Kind("body/line[3]/word[4]", _metrics),
    "ini": Kind("body/line[3]/word[2]", _settings),
    "yaml": Kind("body/line[3]/word[2]", _yaml),
    "multipart": Kind("body/part[1]/content/amount", _mixed),
    "multipart-nested": Kind("body/part[1]/content/part[1]/content/*/amount", _nested),
    "form-data": Kind("body/amount/content", _form_data),
    "form": Kind("body/amount", _form),
    "json-in-json": Kind("body/payload/{json}/amount", _inner_json),
    "json-as-text": Kind("body/amount", lambda page: _said("text/plain", _json(page))),
    "location": Kind("header.location/query/id", _redirect),
    "link": Kind("header.link[*].target/query/limit", _linked),
    "gzip-members": Kind("body/amount", _members),
    "deflate": Kind("body/amount", _coded("deflate", zlib.compress, _raw_deflate)),
    "br": Kind("body/amount", _coded("br", brotli.compress, lambda data: brotli.compress(data, quality=1))),
    "zstd": Kind("body/amount", _coded("zstd", zstandard.compress, lambda data: zstandard.compress(data, 19))),
    "json-deep": Kind(f"body{'/in' * 200}/{{deep}}/amount", _deep),
    "json-wide": Kind("body/amount", _wide),
}
