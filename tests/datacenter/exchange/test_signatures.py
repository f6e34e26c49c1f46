"""HTTP message signatures: the same as another library makes and reads, both ways; SM2 as openssl makes and reads it."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, InvalidSignature, resolvers
from http_message_signatures import algorithms as theirs
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import need
from xiezhi.datacenter.exchange.signatures import algorithms, messages, sm2

PRIVATE = Ed25519PrivateKey.generate()
PEM = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
BODY = b'{"purpose":"TRIAL","keys":{"license_no":"1"}}'
URL = "http://exchange.test/exchange/v1/lawyer-license"
PATH = "/exchange/v1/lawyer-license"
KEYS = resolvers.MappingKeyResolver(public_keys={"k": PUBLIC}, private_keys={"k": PEM})


def their_request(headers: dict[str, str]) -> Any:
    return SimpleNamespace(method="POST", url=URL, headers=headers)


def ours(headers: dict[str, str]) -> messages.Request:
    return messages.Request("POST", "http", "exchange.test", PATH, "", {k.lower(): v for k, v in headers.items()})


def test_what_we_sign_another_library_verifies() -> None:
    headers = {"host": "exchange.test", "content-digest": messages.content_digest(BODY)}
    now = int(time.time())
    text = messages.params_text(
        messages.REQUEST, created=now, expires=now + 60, nonce="n" * 16, keyid="k", alg="ed25519"
    )
    base = messages.base_of(messages.REQUEST, text, ours(headers))
    headers |= {"Signature-Input": f"ask={text}", "Signature": f"ask={messages.sf_bytes(PRIVATE.sign(base))}"}
    verifier = HTTPMessageVerifier(signature_algorithm=theirs.ED25519, key_resolver=KEYS)
    (found,) = verifier.verify(their_request(headers), max_age=dt.timedelta(minutes=5))
    assert found.parameters["keyid"] == "k"


def their_answer(request: Any, headers: dict[str, str]) -> Any:
    return SimpleNamespace(status_code=200, url=URL, request=request, headers=headers)


def test_our_answer_bound_to_a_request_another_library_verifies() -> None:
    asked = {"host": "exchange.test", "content-digest": messages.content_digest(BODY), "signature": "ask=:AAAA:"}
    answer = {"content-type": "application/json", "content-digest": messages.content_digest(b"{}")}
    text = messages.params_text(messages.ANSWER, created=int(time.time()), keyid="k", alg="ed25519")
    base = messages.base_of(messages.ANSWER, text, ours(asked), status=200, headers=answer)
    answer |= {"signature-input": f"answer={text}", "signature": f"answer={messages.sf_bytes(PRIVATE.sign(base))}"}
    verifier = HTTPMessageVerifier(signature_algorithm=theirs.ED25519, key_resolver=KEYS)
    assert verifier.verify(their_answer(their_request(asked), answer), max_age=dt.timedelta(minutes=5))
    with pytest.raises(InvalidSignature):
        other = their_request({**asked, "signature": "ask=:BBBB:"})
        verifier.verify(their_answer(other, answer), max_age=dt.timedelta(minutes=5))


@pytest.mark.parametrize(
    "components",
    [
        ("@method", "@target-uri", "content-digest"),
        ("@method", "@authority", "@path", "content-digest"),
        ("@method", "@scheme", "@authority", "@request-target", "@query", "content-digest", "content-type"),
    ],
)
def test_what_another_library_signs_we_verify(components: tuple[str, ...]) -> None:
    headers = {
        "Host": "exchange.test",
        "Content-Type": "application/json",
        "Content-Digest": messages.content_digest(BODY),
    }
    signer = HTTPMessageSigner(signature_algorithm=theirs.ED25519, key_resolver=KEYS)
    message = their_request(headers)
    signer.sign(
        message, key_id="k", covered_component_ids=components, nonce=secrets.token_urlsafe(9), use_existing_digest=True,
        expires=dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1),
    )  # fmt: skip
    sent = {k.lower(): v for k, v in message.headers.items()}
    found = messages.pick(sent["signature-input"], sent["signature"], lambda keyid: keyid == "k")
    base = messages.base_of(found.components, found.text, ours(sent))
    assert algorithms.verifier("ED25519", PUBLIC.decode()).verify(found.signature, base)
    assert found.expires - found.created in (59, 60) and len(found.nonce) == 12
    assert messages.digest_holds(sent["content-digest"], BODY) and not messages.digest_holds(
        sent["content-digest"], BODY + b" "
    )


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120), st.text(max_size=60))
def test_hostile_headers_are_refused_and_nothing_worse(input_field: str, signature: str) -> None:
    try:
        found = messages.pick(input_field, signature, lambda keyid: True)
        messages.base_of(found.components, found.text, ours({}))
    except messages.Malformed:
        pass


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(['"@method"', '"@path"', '"@authority";req', '"x";sf', '"@method"', '"@query-param";name="a"', '"Host"']), max_size=5),
    st.sampled_from([";created=1;created=2", ";nonce=\"a\\\"b\"", ";created=9999999999999999", ";keyid=k", ";created=\"1\"", ""]),
)  # fmt: skip
def test_near_misses_are_refused(components: list[str], params: str) -> None:
    try:
        found = messages.pick(f"a=({' '.join(components)}){params}", "a=:AAAA:", lambda keyid: True)
        messages.base_of(found.components, found.text, ours({}))
    except messages.Malformed:
        return
    assert len(set(components)) == len(components) and not any(
        ";sf" in c or "Host" in c or ";name" in c for c in components
    )


def test_the_usual_form_and_the_general_one_read_the_same() -> None:
    usual = '("@method" "@path");created=1;expires=2;nonce="nn";keyid="k";alg="ed25519"'
    first = messages.pick(f"a={usual}", "a=:QUJD:", lambda keyid: True)
    second = messages.pick(f"b=();created=5, a={usual}", "a=:QUJD:, b=:QQ==:", lambda keyid: keyid == "k")
    assert first == second and first.signature == b"ABC"


def test_sm2_is_what_openssl_makes_and_reads(tmp_path: Path) -> None:
    program = need("openssl")
    if not sm2.available():
        pytest.skip("no libcrypto of OpenSSL 3 here")
    mine = algorithms.signer(sm2.generate())
    text = b"signature base"
    names = {name: tmp_path / name for name in ("key", "public", "text", "signature")}
    names["text"].write_bytes(text)
    names["public"].write_text(mine.verifier.pem)
    names["signature"].write_bytes(mine.sign(text))
    options = ["-rawin", "-digest", "sm3", "-pkeyopt", f"distid:{sm2.USER.decode()}", "-in", str(names["text"])]
    subprocess.run(
        [program, "pkeyutl", "-verify", "-pubin", "-inkey", str(names["public"]), *options, "-sigfile", str(names["signature"])],
        check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(
        [program, "genpkey", "-algorithm", "SM2", "-out", str(names["key"])], check=True, capture_output=True
    )
    made = subprocess.run(
        [program, "pkeyutl", "-sign", "-inkey", str(names["key"]), *options], check=True, capture_output=True
    )  # fmt: skip
    public = subprocess.run(
        [program, "pkey", "-in", str(names["key"]), "-pubout"], check=True, capture_output=True
    ).stdout.decode()
    verifier = algorithms.verifier("SM2", public)
    assert (
        verifier.verify(made.stdout, text)
        and not verifier.verify(made.stdout, text + b".")
        and not verifier.verify(b"", text)
    )


def test_a_machine_without_libcrypto_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    sm2._library.cache_clear()
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    try:
        assert not sm2.available()
        with pytest.raises(algorithms.KeyProblem, match="OpenSSL 3"):
            algorithms.verifier("SM2", "-----BEGIN PUBLIC KEY-----")
    finally:
        sm2._library.cache_clear()


@pytest.mark.parametrize(
    "text",
    ["", "AAAA", base64.b64encode(b"x" * 31).decode(), "-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----"],
)
def test_a_bad_key_is_refused_at_configuration(text: str) -> None:
    with pytest.raises(algorithms.KeyProblem):
        algorithms.verifier("ED25519", text)
