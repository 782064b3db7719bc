"""What is stored in place of a value, and that the value is nowhere in it."""

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.answers import diff_answers
from crossfade.shadow.compare.render import render_sides
from crossfade.shadow.evidence import EvidenceError
from crossfade.shadow.evidence.patterns import NAMES
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange.observations import RequestSample

KEY = b"0123456789abcdef"
PLAIN = Redactor(KEY)
SECRET = "hunter2Hunter2"
MAIL = "alice.smith@example.com"
CARD = "4111 1111 1111 1111"
JWT = "eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.SflKxwRJSMeKKF2QT4"
HOSTILE = st.text(st.characters() | st.sampled_from("\ud800\udcff\0\\{[@<&=é0"), max_size=40)


def body(text: str, redactor: Redactor = PLAIN, **values: Any) -> str:
    """The stored body of a request with this one."""
    kept: RequestSample = stored(redactor, body=text, **values)
    return kept.body


def stored(redactor: Redactor = PLAIN, **request: Any) -> Any:
    """The stored request of an example."""
    defaults = {"protocol": "http", "method": "GET", "target": "/", "headers": (), "body": ""}
    return redactor._request(RequestSample(**(defaults | request)))


# pseudonyms


@given(HOSTILE)
def test_a_pseudonym_has_the_format_of_the_text(text: str) -> None:
    """The same length; digits for digits, letters for letters of the same case; the rest stays."""
    other = PLAIN.pseudonym(text)
    assert len(other) == len(text)
    for ours, theirs in zip(text, other, strict=True):
        if ours.isascii():
            assert (ours.isdigit(), ours.islower(), ours.isupper()) == (
                theirs.isdigit(),
                theirs.islower(),
                theirs.isupper(),
            )
        assert theirs == ours or ours.isalnum()


@given(HOSTILE)
def test_equal_texts_have_equal_pseudonyms(text: str) -> None:
    """In every process that has the key."""
    assert PLAIN.pseudonym(text) == Redactor(KEY, names=("other",)).pseudonym(text)


def test_a_pseudonym_needs_the_key() -> None:
    """Without it nobody can try values until one fits; other values have other pseudonyms."""
    one, two = PLAIN.pseudonym(SECRET), Redactor(b"fedcba9876543210").pseudonym(SECRET)
    assert len({SECRET, one, two, PLAIN.pseudonym(SECRET[::-1])}) == 4


def test_a_pseudonym_is_the_same_tomorrow() -> None:
    """Two runs with one key can be compared: the way from text to pseudonym is fixed."""
    assert PLAIN.pseudonym("Ab1-Ab1") == Redactor(KEY).pseudonym("Ab1-Ab1")
    assert PLAIN.pseudonym("Ab1-Ab1")[3] == "-"


def test_letters_of_other_scripts_are_hidden() -> None:
    """They have no alphabet to stay in."""
    assert PLAIN.pseudonym("Ж漢é") == "xxx"


def test_a_long_value_is_no_long_work(cpu_time: Any) -> None:
    """Half a megabyte is hashed once, not once for each 32 characters of it."""
    text = "aB3" * 150_000
    with cpu_time(4):
        other = PLAIN.pseudonym(text)
    assert len(other) == len(text)
    assert other[:3000] != other[3000:6000]


# names


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_secret(name: str) -> None:
    """In any case, with - or _, and as a part of a longer name."""
    for spelt in (name, name.upper(), f"X-{name}", f"my_{name}_2", "-".join(name)):
        assert PLAIN.is_secret(spelt)


@pytest.mark.parametrize("name", ["", "id", "name", "page_token", "nextPageToken", "Next-Page-Token", "toke"])
def test_other_names_are_not(name: str) -> None:
    """A page token is a place in a list."""
    assert not PLAIN.is_secret(name)


def test_own_names_and_fields() -> None:
    """Names of the config, and the last part of the full name of a field with debug_redact."""
    redactor = Redactor(KEY, names=("Inner-Code", "", "-"), fields=("a.b.v1.User.birth_date",))
    for name in ("inner_code", "innerCode", "birthDate", "birth-date", "x.birth_date"):
        assert redactor.is_secret(name)
        assert not PLAIN.is_secret(name)
    assert not redactor.is_secret("user")


# patterns

PRIVATE = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    "secret", [MAIL, f"Bearer {SECRET}", f"basic {SECRET}==", JWT, "AKIAIOSFODNN7EXAMPLE", CARD, PRIVATE]
)
def test_each_pattern_is_hidden(secret: str) -> None:
    """Anywhere in a text, and what is around it stays."""
    text = PLAIN.text(f"see <{secret}>, twice: {secret}.")
    assert secret not in text
    assert text.startswith("see <")
    assert len(text) == len(f"see <{secret}>, twice: {secret}.")


@pytest.mark.parametrize("host", ["db/jobs", "db:5432", "db.example.com/x"])
@pytest.mark.parametrize("login", ["app:s3cret-Pw", ":s3cret-Pw", "app:s3cret%40Pw"])
def test_who_logs_in_is_hidden_in_a_url(login: str, host: str) -> None:
    """Whether its host looks like that of a mail address or not; a port is no password."""
    text = PLAIN.text(f"can't reach postgres://{login}@{host}, see http://db:8080/help")
    assert "s3cret" not in text
    assert text.startswith("can't reach postgres://")
    assert text.endswith(", see http://db:8080/help")


@pytest.mark.parametrize("scheme", ["Bearer ", "basic  "])
def test_the_word_of_a_scheme_stays(scheme: str) -> None:
    """It is no secret, and another scheme is what may differ; the rest is the pseudonym that it has without it."""
    for hidden in (PLAIN.value(scheme + SECRET, "Authorization"), PLAIN.text(scheme + SECRET)):
        assert hidden == scheme + PLAIN.pseudonym(SECRET)
    assert SECRET not in PLAIN.pseudonym(SECRET)


@pytest.mark.parametrize("text", ["Bearer", "bearer ", "Bearerxyz1", "basics of it"])
def test_a_value_that_only_begins_like_a_scheme(text: str) -> None:
    """Without a credential behind it the word itself may be the secret."""
    assert PLAIN.pseudonym(text)[:6] != text[:6]


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1112", "a@b c", "@example.com", "bearer of news", "1234567890123456", "eyJ", "2024-01-02"]
)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    """A number without the check digit of a card is a number."""
    assert PLAIN.text(text) == text


def test_own_patterns() -> None:
    """Beside the built-in ones."""
    redactor = Redactor(KEY, patterns=(r"EMP-[a-z]+",))
    assert redactor.text("is EMP-anna") != "is EMP-anna"
    assert MAIL not in redactor.text(MAIL)
    assert redactor.text("is EMP-anna")[:3] == "is "


def test_a_wrong_pattern_is_one_line() -> None:
    """It names the setting."""
    with pytest.raises(EvidenceError, match=r"^redact\.patterns: expected regular expressions, got one with .+$"):
        Redactor(KEY, patterns=("(",))


@pytest.mark.parametrize(
    "part",
    ["a", "1", "a@", "eyJ", "4 ", "-----BEGIN PRIVATE KEY-----", "?a", '"', '\\"', '"a":[', "<a", 'name="a"', "="],
)
def test_hostile_text_is_no_long_work(part: str, cpu_time: Any) -> None:
    """A header of 64 KB: work that grows with its square would hold up all that comes after."""
    text = (part * 65_536)[:65_536]
    with cpu_time(4):
        assert PLAIN.value(text, "x-note")


@pytest.mark.parametrize("secret", [MAIL, f"Bearer {SECRET}", JWT, PRIVATE])
def test_a_secret_at_the_cut(secret: str) -> None:
    """What is left of it when a text was cut there is hidden too, once it can be told."""
    first = secret.index("@" if "@" in secret else ".eyJ" if "." in secret else "-\n" if "\n" in secret else " ") + 9
    for end in range(first, len(secret)):
        for mark in ("", "…"):
            assert secret[first - 8 : end] not in PLAIN.text(f"see {secret[:end]}{mark}")


# examples


def example(make: Any, **values: Any) -> Any:
    return make.redactor().example(make.example(**values))


def test_what_moved_is_hidden_by_itself(make: Any) -> None:
    """A mail address, a field with a secret name, all under a secret path; where it stands is kept."""
    legacy = f'at 3: {{"email": "ann@example.org"}}\nat 4: {{"token": "{SECRET}"}}\nat 15: {{"id": 17}}\n2 more'
    order = make.fingerprint("body/a", "order")
    kept = example(make, fingerprint=order, legacy=legacy, candidate=legacy.replace("at 3", "at 0"))
    assert kept.candidate == kept.legacy.replace("at 3", "at 0")
    assert "ann@" not in kept.legacy
    assert SECRET not in kept.legacy
    assert kept.legacy.splitlines()[2:] == ['at 15: {"id": 17}', "2 more"]
    hidden = example(make, fingerprint=order, path="body/tokens", legacy=legacy, candidate=legacy)
    assert [line.partition(":")[0] for line in hidden.legacy.splitlines()] == ["at 3", "at 4", "at 15", "2 more"]
    assert '"id": 17' not in hidden.legacy


def test_a_secret_path_hides_both_values(make: Any) -> None:
    """Equal parts stay equal, and nothing of the values is left."""
    for path in ("body/user/password", "message.users[0].api_key", "header.set-cookie/sid/value", "metadata.x-token"):
        kept = example(make, path=path, legacy=f'"{SECRET}"', candidate=f'"{SECRET}"')
        assert kept.legacy == kept.candidate
        assert SECRET not in repr(kept)
        assert kept.path == path


@pytest.mark.parametrize(
    ("legacy", "candidate", "expected"),
    [
        ("null", "(absent)", ("null", "(absent)")),
        ("(absent)", "true", ("(absent)", "true")),
        ("true", '"true"', ("true", '"true"')),
        ('"None"', "null", ('"None"', "null")),
        ('""', '"null"', ('""', '"null"')),
        ("[]", "{}", ("[]", "{}")),
    ],
)
def test_what_is_no_secret_under_a_secret_name(
    make: Any, legacy: str, candidate: str, expected: tuple[str, str]
) -> None:
    """Absent, null, booleans, an empty text: a person has to see which it is."""
    kept = example(make, path="body/token", legacy=legacy, candidate=candidate)
    assert (kept.legacy, kept.candidate) == expected


def test_a_number_under_a_secret_name(make: Any) -> None:
    """A PIN is a secret; that it is a number, or the same digits as a text, is none."""
    kept = example(make, path="body/token_ttl", legacy="3600", candidate='"3600"')
    assert kept.candidate == f'"{kept.legacy}"'
    assert re.fullmatch(r"[1-9]\d{3}", kept.legacy)
    assert kept.legacy != "3600"
    other = example(make, path="body/token_ttl", legacy="-12.50", candidate="1E+5")
    assert re.fullmatch(r"-[1-9]\d\.\d\d", other.legacy)
    assert re.fullmatch(r"[1-9]E\+5", other.candidate)
    assert "3600" not in repr(kept)


def test_the_attributes_of_a_cookie(make: Any) -> None:
    """They are shown, by themselves and in a whole cookie; its value, and what nobody knows, is hidden."""
    kept = example(make, path="header.set-cookie/sid/samesite", legacy='"lax"', candidate='"none"')
    assert (kept.legacy, kept.candidate) == ('"lax"', '"none"')
    cookie = {"value": SECRET, "path": "/", "max-age": "60", "secure": "", "x-own": SECRET}
    kept = example(make, path="header.set-cookie/sid", legacy="(absent)", candidate=json.dumps(cookie))
    assert kept.legacy == "(absent)"
    assert json.loads(kept.candidate) | {"value": 0, "x-own": 0} == cookie | {"value": 0, "x-own": 0}
    assert SECRET not in kept.candidate
    cut = example(make, path="header.set-cookie/sid", legacy="(absent)", candidate=json.dumps(cookie)[:24] + "…")
    assert SECRET[:6] not in cut.candidate


def test_bytes_under_a_secret_name(make: Any) -> None:
    """How many they are stays."""
    kept = example(make, path="metadata.x-token-bin", legacy="68756e (3 bytes)", candidate="(absent)")
    assert kept.legacy.endswith(" (3 bytes)")
    assert "68756e" not in kept.legacy


def test_what_a_value_is_of(make: Any) -> None:
    """A field of a page is secret by its name, which its path does not say."""
    kept = example(
        make, path="body/form/input/@value", owner="login csrf_token", legacy=f'"{SECRET}"', candidate='"x1"'
    )
    assert SECRET not in repr(kept)
    kept = example(make, path="body/form/input/@value", owner="login city", legacy='"Ulm"', candidate='"Bonn"')
    assert (kept.legacy, kept.candidate) == ('"Ulm"', '"Bonn"')


@pytest.mark.parametrize(
    "value",
    [
        f'<input name="password" value="{SECRET}">',
        json.dumps(f'<form><input name="password" value="{SECRET}"></form>'),
        json.dumps(f'<form><input name="password" value="{SECRET}"></form>')[:-7] + "…",
        json.dumps(json.dumps({"password": SECRET, "n": 1})),
        json.dumps(json.dumps({"password": SECRET, "n": 1}))[:-9] + "…",
        json.dumps(json.dumps({"password": SECRET, "n": 1}))[:-2] + "\\…",
    ],
)
def test_names_in_a_shown_value(make: Any, value: str) -> None:
    """Markup and JSON in a text, whole or cut."""
    assert SECRET not in example(make, path="body", legacy=value, candidate="1").legacy


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/csv", "id,password\n7,{}\n"),
        ("text/csv", "al,password\nbo,{}\n"),
        ("text/csv", "id,password\n7,{}\n8,x\n"),
        ("text/csv", 'id,password\n7,"{}"\n'),
        ("text/csv", 'id,password,x\n7,{},5"\n'),
        ("text/csv", "id,e-mail\n7,{}@example.com\n"),
        ("text/csv", "id,password\n7,x,{}\n"),
        ("text/csv", "id,password\n7,x\n8,x,{}\n"),
        ("text/tab-separated-values", "id\tpassword\n7\t{}\n"),
        ("text/plain", "login with password={} was ok"),
        ("text/plain", "a\npassword: {} or so\n"),
        ("text/plain", "the mail of {}@example.com is read"),
        ("text/plain", "Authorization: Bearer {}abcdef12"),
        ("application/json", '{{"note": "{{\\"password\\": \\"{}\\", \\"n\\": 1}}"}}'),
        ("text/html", '<a href="/x?token={}&n=1">x</a>'),
        ("text/html", '<script>var password = "{}"; var n = 1;</script>'),
        ("text/html", '<script type="application/json">{{"password": "{}"}}</script>'),
        ("text/html", "<p>your password: {} is new</p>"),
        ("multipart/mixed; boundary=x", "--x\r\nContent-Type: text/csv\r\n\r\nid,password\n7,{}\n\r\n--x--"),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n{}\r\n--x--',
        ),
        ("application/x-www-form-urlencoded", "a=1&password={}"),
    ],
)
def test_secrets_in_parts_of_bodies(make: Any, answer: Any, request_to: Any, kind: str, text: str) -> None:
    """However small the place is at which a body differs, what names a secret is known."""
    ours, theirs = (
        answer(text.format(value).encode(), headers=(("content-type", kind),)) for value in (SECRET, "x1y2")
    )
    found = list(diff_answers(request_to(), ours, theirs, None))
    assert found
    for difference in found:
        legacy, candidate = render_sides(difference)
        kept = example(
            make,
            path=difference.path,
            owner=difference.owner,
            context=difference.context,
            legacy=legacy,
            candidate=candidate,
        )
        assert SECRET not in repr(kept)
        assert "x1y2" not in repr(kept)


def test_secrets_in_addresses(make: Any, answer: Any, request_to: Any) -> None:
    """By the name of the field of a query."""
    for name, value in (("location", "/cb?token={}&n=1"), ("link", '</x?access_token={}&n=1>; rel="next"')):
        ours, theirs = (answer(headers=((name, value.format(token)),)) for token in (SECRET, "x1y2"))
        (difference,) = diff_answers(request_to(), ours, theirs, None)
        assert difference.path.endswith("token")
        kept = example(make, path=difference.path, legacy=f'"{SECRET}"', candidate='"x1y2"')
        assert SECRET not in repr(kept)


def test_other_values_are_kept(make: Any) -> None:
    """A report with nothing in it helps nobody."""
    kept = example(make, legacy='{"price": 1.10}', candidate='"1.1"')
    assert (kept.legacy, kept.candidate, kept.comparison_id) == ('{"price": 1.10}', '"1.1"', "c1")


def test_a_mail_address_as_a_key_is_hidden(make: Any) -> None:
    """In the path, and in the values."""
    kept = example(make, path=f"body/by/{MAIL}/n", legacy=json.dumps({MAIL: 1}), candidate=json.dumps([{MAIL: {}}]))
    assert "alice" not in repr(kept)
    assert kept.path.startswith("body/by/")


def test_values_in_a_cut_value(make: Any) -> None:
    """A value is shown up to 200 characters, so it may end anywhere."""
    text = json.dumps({"user": {"name": "n", "password": SECRET}, "list": [1] * 100})
    for end in range(len('{"user": {"name": "n", "password": "') + 4, len(text)):
        assert SECRET[:4] not in example(make, legacy=f"{text[:end]}…").legacy


# requests


def test_headers() -> None:
    """By name as a whole, else by pattern; names and order stay."""
    headers = (("Cookie", f"sid={SECRET}"), ("X-Api-Key", SECRET), ("Accept", "*/*"), ("From", MAIL))
    kept = stored(headers=headers).headers
    assert [name for name, _ in kept] == ["Cookie", "X-Api-Key", "Accept", "From"]
    assert kept[2] == ("Accept", "*/*")
    assert SECRET not in repr(kept)
    assert MAIL not in repr(kept)


@pytest.mark.parametrize(
    "target",
    [
        f"/a?token={SECRET}&b=1",
        f"/a?b=1&access%5Ftoken={SECRET}",
        f"/users/{MAIL}/x",
        f"/users/{MAIL.replace('@', '%40')}",
        f"/a?{MAIL}",
        f"/a?{MAIL}=1",
        f"/a?q={MAIL.replace('@', '%40')}",
        f"/a?q={CARD.replace(' ', '+')}",
        f"https://host/a?password={SECRET}",
    ],
)
def test_a_target(target: str) -> None:
    """Segments and query, coded or not."""
    kept = stored(target=target).target
    for secret in (SECRET, "alice", "4111"):
        assert secret not in kept


@pytest.mark.parametrize(
    "target", ["/", "", "/a?b", "/a?b=1&c=%20+&&=", "/a%2Fb?x=a%zz", "/a?page_token=abc", "?", "*"]
)
def test_a_target_without_secrets_is_kept_to_the_byte(target: str) -> None:
    """The request must be the same one when it is sent again."""
    assert stored(target=target).target == target


def test_a_query_in_a_url() -> None:
    """A header or a value that holds a URL has names in it too."""
    url = f"https://host/cb?state=1&access_token={SECRET}#x"
    for kept in (stored(headers=(("Referer", url),)).headers[0][1], body(json.dumps({"next": url}))):
        assert SECRET not in kept
        assert "https://host/cb?state=1&access_token=" in kept


NESTED = json.dumps({"payload": json.dumps({"user": {"password": SECRET, "n": 1}})})


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"password": SECRET}),
        json.dumps({"a": [{"user": {"Api-Key": SECRET}}]}),
        json.dumps({"secrets": {"inner": [SECRET, {"x": SECRET}]}}),
        f'{{"password":"{SECRET}","password":true}}',
        f'{{"note":"{SECRET} {MAIL}","note":"ok","password":"{SECRET}"}}'.replace(f"{SECRET} ", ""),
        NESTED,
        json.dumps(SECRET + MAIL).replace(SECRET, ""),
        f"user=a&password={SECRET}",
        f"pass%77ord={SECRET}",
        f"{MAIL}=1",
        f"see {MAIL}, a=b",
        f"<user><password>{SECRET}</password></user>",
        f'<user password="{SECRET}"/>',
        f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{SECRET}\r\n--b--\r\n',
        f'--b\r\nContent-Disposition: form-data; name="password"\r\nContent-Type: text/plain\r\n\r\n{SECRET}\r\n--b--\r\n',
        f"--b\r\nContent-Disposition: form-data; name=password\r\n\r\n{SECRET}\r\n--b--\r\n",
        f"--b\r\nContent-Disposition: form-data; name='password'\r\n\r\n{SECRET}\r\n--b--\r\n",
        f"<user><password>\n<![CDATA[{SECRET}]]></password></user>",
        f'<form><input name="password" value="{SECRET}"/></form>',
        f"user: a\n  password: {SECRET} {SECRET}\n",
        f"- Api-Key:\t'{SECRET}'",
        json.dumps({"fields": [{"name": "password", "value": SECRET}]}),
        json.dumps([{"op": "replace", "path": "/user/password", "value": [SECRET]}]),
        # malformed, or cut before its end
        f'{{"password":"{SECRET}"',
        f'{{"password" : "{SECRET}',
        f'{{"user":{{"password":"{SECRET}","x',
        f'{{"user":[{{"password":"{SECRET}","x',
        f'{{"secrets":["a","{SECRET}","',
        f'{{"secret":{{"inner":"{SECRET}","',
        f'{{"password":{SECRET},}}',
        f'{{"a":"\\"","password":"{SECRET}',
        NESTED[:-3],
        "[" * 600 + json.dumps({"password": SECRET}) + "]" * 600,
        "[" * 1500 + json.dumps({"password": SECRET}) + "]" * 1500,
    ],
)
def test_a_body(text: str) -> None:
    """JSON, a form, XML, a form of parts; whole, malformed or cut."""
    kept = body(text)
    assert SECRET not in kept
    assert MAIL not in kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain text",
        '{"price": 1.10, "big": 123456789012345678901234567890, "e": 1E5}',
        '{"a":1,"a":2}',
        '{"a":[null,true,{}],"page_token":"abc", "user":{"nextPageToken":"x"}}',
        "a=1&b=%20+&c",
        '{"a": "\\ud800"}',
        '{"a": {"b": [1, {"c": "d"',
        "<a b='c'>d</a>",
        "1.0",
        "name: a\nnote: b: c\n",
        '{"name": "a", "value": 1.10, "values": [2.0]}',
        '<input name="a" value="b"/>',
    ],
)
def test_a_body_without_secrets_is_kept_to_the_byte(text: str) -> None:
    """How a number is written may be the very difference."""
    assert body(text) == text


def test_the_rest_of_a_body_is_kept() -> None:
    """What is around a secret; a number under a secret name is hidden too and is a number still; order stays."""
    kept = json.loads(body(json.dumps({"b": 1.5, "ssn": 123456789, "a": ["x", MAIL], "cvv": None})))
    assert list(kept) == ["b", "ssn", "a", "cvv"]
    assert (kept["b"], kept["a"][0], kept["cvv"]) == (1.5, "x", None)
    assert isinstance(kept["ssn"], int)
    assert kept["ssn"] != 123456789
    assert kept["a"][1] == PLAIN.pseudonym(MAIL)


def test_one_value_has_one_pseudonym_in_all_places() -> None:
    """A person sees that the header and the body name the same user."""
    kept = stored(target=f"/a?email={MAIL}", headers=(("From", MAIL),), body=json.dumps({"email": MAIL}))
    hidden = PLAIN.pseudonym(MAIL)
    assert kept.headers == (("From", hidden),)
    assert kept.target.replace("%40", "@") == f"/a?email={hidden}"
    assert json.loads(kept.body) == {"email": hidden}


@given(HOSTILE, HOSTILE, HOSTILE)
def test_any_text_can_be_redacted(target: str, value: str, text: str) -> None:
    """Lone surrogates, NUL and half of a JSON text raise nothing, and the result can be stored."""
    sample: dict[str, Any] = {
        "target": f"/{target}?token={value}&q={text}@b.example",
        "headers": ((text, value), ("cookie", target)),
    }
    for written in (text, json.dumps({text: value, "password": target})[: len(text) + 9], f"a={value}&{target}"):
        json.dumps(stored(**sample, body=written).body).encode()


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | HOSTILE,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3),
        max_leaves=8,
    ),
    st.integers(0, 200),
)
def test_no_secret_survives_in_any_json(value: Any, end: int) -> None:
    """Wherever the secret stands, and wherever the text is cut."""
    text = json.dumps({"first": value, "password": [SECRET, {"x": SECRET}], "last": value})
    assert SECRET[:8] not in body(text)
    assert SECRET[:8] not in body(text[: text.index(SECRET) + 8 + end])


@pytest.mark.parametrize(
    "text",
    [
        f"password: {SECRET}",
        f"db:\n  - password: correct {SECRET}\n",
        f"password: '{SECRET}'",
        f"user: bob, password:{SECRET}",
        f"KeyError: {{'user': 'bob', 'password': '{SECRET}'}}",
        f"KeyError: {{'password': '{SECRET}…",
        f'{{token: "{SECRET}"}}',
        f"HTTP/1.1 200 OK\r\nSet-Cookie: sid={SECRET}; Path=/\r\n\r\n",
        f"<a><?password {SECRET}?></a>",
        f"<!DOCTYPE a [<!ENTITY password '{SECRET}'>]><a/>",
        f"</a?access_token={SECRET}>; rel=next",
        f'<input type="password" value="{SECRET}">',
    ],
)
def test_other_ways_to_give_a_value_its_name(text: str) -> None:
    """A line of YAML or of header fields, an object as Python or JavaScript writes it, and what XML declares."""
    assert SECRET not in body(text)
    assert SECRET not in PLAIN.members(text)
    assert len(PLAIN.members(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Unexpected token: < at 5",
        "at 12:30:45 from http://a.b:80/c",
        "{'token': None, 'session': True}",
        "name: bob\nid: 7",
        "std::token::x",
        '<button type="submit" value="x">',
    ],
)
def test_a_colon_alone_hides_nothing(text: str) -> None:
    """It takes a secret name, and a value."""
    assert PLAIN.members(text) == text


@pytest.mark.parametrize("part", ["a:", "a:'", "token: x\n", "\n- ", "a \\", "<?a ", "!ENTITY a "])
def test_names_and_values_are_found_in_linear_time(part: str, cpu_time: Any) -> None:
    """Whatever is repeated."""
    text = part * (500_000 // len(part))
    with cpu_time(4):
        PLAIN.members(text)


@pytest.mark.parametrize(
    "data", [b"\x00password=hunter2Hunter2\xff", f"password={SECRET}".encode("utf-16"), b"\xffx@y.com"]
)
def test_bytes_that_hold_a_secret(data: bytes) -> None:
    """What is shown as hexadecimal digits is looked through too, and is hidden as a whole; other bytes stay."""
    for shown in (f"{data.hex()} ({len(data)} bytes)", f"{data.hex()}…"):
        told = PLAIN._shown(shown)
        assert data.hex() not in told
        assert len(told) == len(shown)
    assert PLAIN._shown("b2e26c (3 bytes)") == "b2e26c (3 bytes)"
    assert PLAIN._shown("b2e…") == "b2e…"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"password": SECRET}).encode("utf-16").decode("utf-8", "replace"),
        f"--x\r\nContent-Disposition: form-data; name=password\r\n\r\n{SECRET}\r\n--x--",
        f'--x\r\nContent-Disposition: form-data; name="my password"; filename=a\r\n\r\n{SECRET}\r\n--x--',
    ],
)
def test_bodies_in_other_spellings(text: str) -> None:
    """In UTF-16, and parts whose names are not quoted or have blanks."""
    kept = stored(body=text, data=base64.b64encode(text.encode()).decode())
    assert SECRET not in kept.body.replace("\0", "")
    assert kept.data is None
