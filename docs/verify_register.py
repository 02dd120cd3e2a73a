#!/usr/bin/env python3
"""Verifies what `comptoir register export` wrote, without comptoir. Usage: python3 verify_register.py export.jsonl

Says "ok", how many entries, how many of them erased, and the head of the chain, or names the first bad entry and exits 1.
Entries cut off the end leave a chain that holds: compare the count and the head with a signed closure or an earlier export.
"""
import hashlib, json, struct, sys
from datetime import datetime, timezone

YEARS_KEPT = {"register-10-years": 10}  # CSP art. R. 5132-10; a content may be absent only once they are over


def link_of(line, place, previous, now):
    entry = json.loads(line.decode("ascii"))
    if json.dumps(entry, separators=(",", ":")).encode() + b"\n" != line or entry["number"] != place:
        raise ValueError("not written by an export, or not in its place")
    at, years, committed = entry["recorded_at"], YEARS_KEPT[entry["class"]], bytes.fromhex(entry["commitment"])
    erased = entry["salt"] is None and entry["payload"] is None
    if erased and f"{int(at[:4]) + years}{at[4:]}" > now:
        raise ValueError("erased too early")
    if not erased:
        content = bytes.fromhex(entry["salt"]) + entry["payload"].encode()
        if hashlib.sha256(b"comptoir-commitment-1\0" + content).hexdigest() != entry["commitment"]:
            raise ValueError("the content is not what was committed to")
    texts = b"".join(struct.pack(">I", len(text)) + text for text in (at.encode(), entry["class"].encode()))
    link = hashlib.sha256(b"comptoir-register-1\0" + previous + struct.pack(">I", place) + texts + committed)
    if link.hexdigest() != entry["link"]:
        raise ValueError("the chain does not lead here")
    return link.digest(), erased


head, count, erased, now = bytes(32), 0, 0, datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
for count, line in enumerate(open(sys.argv[1], "rb"), 1):
    try:
        head, gone = link_of(line, count, head, now)
    except Exception as why:  # whatever is wrong with a line, that entry is bad
        sys.exit(f"entry {count} is bad: {why}")
    erased += gone
print(f"ok: {count} entries, {erased} of them erased, head {head.hex()}")
