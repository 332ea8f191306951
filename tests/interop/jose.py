"""Opens and makes VoltVote's files with the Python package `jwcrypto`.

usage: python3 jose.py open|make DIRECTORY     (the files are those of tests/interop.rs)
       python3 jose.py key NAME FILE           (an identity for tests, made once)
"""

import hashlib
import json
import os
import sys

from jwcrypto import jwa, jwe, jwk, jws
from jwcrypto.common import base64url_decode, base64url_encode

jwa.default_max_pbkdf2_iterations = 1_000_000
PASSPHRASE = "test passphrase"


def canonical(value):
    """Sorted keys, no white space, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Identity:
    def __init__(self, name):
        make = lambda alg, use: jwk.JWK.generate(kty="RSA", size=3072, alg=alg, use=use)
        named = lambda key: jwk.JWK(**{**key.export(as_dict=True), "kid": key.thumbprint()})
        self.signing = named(make("PS256", "sig"))
        self.encryption = named(make("RSA-OAEP-256", "enc"))
        self.public = {
            "name": name,
            "signing": self.signing.export_public(as_dict=True),
            "encryption": self.encryption.export_public(as_dict=True),
        }

    def lock(self):
        keys = [key.export(as_dict=True) for key in (self.signing, self.encryption)]
        header = {
            "alg": "PBES2-HS512+A256KW", "enc": "A256GCM",
            "p2c": 1000, "p2s": base64url_encode(os.urandom(16)),
            "typ": "voltvote-identity+json", "cty": "jwk-set+json", "public": self.public,
        }
        token = jwe.JWE(canonical({"keys": keys}), protected=json.dumps(header))
        token.allowed_algs = ["PBES2-HS512+A256KW", "A256GCM"]
        token.add_recipient(jwk.JWK.from_password(PASSPHRASE))
        return token

    def sign(self, payload, typ, extra=None, compact=False):
        token = jws.JWS(payload)
        header = {"alg": "PS256", "typ": typ, "kid": self.signing["kid"], **(extra or {})}
        token.add_signature(self.signing, alg="PS256", protected=json.dumps(header))
        return token.serialize(compact=compact)


def main(action, directory, target=None):
    if action == "key":
        with open(target, "w") as file:
            file.write(Identity(directory).lock().serialize())
        return
    read = lambda name: open(f"{directory}/{name}", "rb").read()

    def write(name, text):
        with open(f"{directory}/{name}", "w") as file:
            file.write(text)

    if action == "open":
        token = jwe.JWE()
        token.allowed_algs = ["PBES2-HS512+A256KW", "A256GCM"]
        token.deserialize(read("identity.json").decode(), jwk.JWK.from_password(PASSPHRASE))
        keys = {key["use"]: jwk.JWK(**key) for key in json.loads(token.payload)["keys"]}

        unchecked = json.loads(base64url_decode(json.loads(read("round.json"))["payload"]))
        recycler = jwk.JWK(**unchecked["recycler"]["signing"])

        def verified(name):
            signed = jws.JWS()
            signed.allowed_algs = ["PS256"]
            signed.deserialize(read(name).decode(), recycler)
            return signed.payload

        token = jwe.JWE()
        token.deserialize(read("ballot.json").decode(), keys["enc"])
        ballot = jws.JWS()
        ballot.allowed_algs = ["PS256"]
        ballot.deserialize(token.payload.decode())
        key = jwk.JWK(**ballot.jose_header["jwk"])
        ballot.verify(key)
        assert key.thumbprint() == ballot.jose_header["kid"], "kid is not the thumbprint"
        # A receipt is plain JSON that names its own digest.
        receipt = json.loads(read("receipt.json"))
        assert receipt["check"] == sha256(canonical({**receipt, "check": ""})), "receipt"
        assert receipt["ballot"] == sha256(read("ballot.json")), "receipt of another ballot"
        print(canonical({
            "round": sha256(verified("round.json")), "board": sha256(verified("board.json")),
            "ballot": sha256(ballot.payload), "kid": key.thumbprint(),
            "recipient": keys["enc"].thumbprint(),
        }).decode())
        return

    own = Identity("Made by jwcrypto")
    write("made.identity.json", own.lock().serialize())
    round_ = canonical({**json.loads(read("template.round")), "recycler": own.public})
    write("made.round.json", own.sign(round_, "voltvote-round+json"))

    ballot = canonical({
        **json.loads(read("template.ballot")),
        "round": sha256(round_), "recipient": own.encryption["kid"],
    })
    extra = {
        "cty": "json", "jwk": own.public["signing"], "iat": 1_790_000_600,
        "name": own.public["name"],
    }
    signed = own.sign(ballot, "voltvote-vote+json", extra, compact=True)
    header = {
        "alg": "RSA-OAEP-256", "enc": "A256GCM", "typ": "voltvote-ballot+json", "cty": "JOSE",
        "kid": own.encryption["kid"],
    }
    token = jwe.JWE(signed.encode(), protected=json.dumps(header))
    token.add_recipient(own.encryption)
    write("made.ballot.json", token.serialize())

    receipt = {
        "format": "voltvote-receipt/1", "round": sha256(round_),
        "ballot": sha256(read("made.ballot.json")), "payload": sha256(ballot),
        "kid": own.signing["kid"], "recipient": own.encryption["kid"],
        "signed_at": 1_790_000_600, "check": "",
        "software": json.loads(read("template.ballot"))["software"],
    }
    receipt["check"] = sha256(canonical(receipt))
    write("made.receipt.json", canonical(receipt).decode())

    entry = {
        "at": 1_790_000_601, "event": "accepted", "digest": sha256(read("made.ballot.json")),
        "kid": own.signing["kid"], "signed_at": 1_790_000_600, "link": "",
    }
    entry["link"] = sha256(sha256(round_).encode() + b"\n" + canonical(entry))
    board = {"format": "voltvote-board/1", "round": sha256(round_), "entries": [entry]}
    write("made.board.json", own.sign(canonical(board), "voltvote-board+json"))


main(*sys.argv[1:])
