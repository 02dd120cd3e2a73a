#!/usr/bin/env python3
"""Verifies what `comptoir register export` wrote, without comptoir. Usage: python3 verify_register.py export.jsonl

Says "ok", how many entries, how many of them erased (and when, under which class), and the head of the chain, or names
the first bad entry and exits 1. Entries cut off the end leave a chain that holds: compare the count and the head with a
signed closure or an earlier export. The day of an erasure is told by the register; only its earliest day is verified.
"""
import hashlib, json, struct, sys
from datetime import datetime, timezone

YEARS_KEPT = {"register-10-years": 10, "blood-derived-40-years": 40}  # CSP art. R. 5132-10; Ordre des pharmaciens, 2020


def link_of(line, place, previous, now):
    entry = json.loads(line.decode("ascii"))
    if json.dumps(entry, separators=(",", ":")).encode() + b"\n" != line or entry["number"] != place:
        raise ValueError("not written by an export, or not in its place")
    at, years, committed = entry["recorded_at"], YEARS_KEPT[entry["class"]], bytes.fromhex(entry["commitment"])
    erased = entry["class"] + " on " + entry["purged_at"][:10] if entry["salt"] is entry["payload"] is None else None
    ends = f"{int(at[:4]) + years}{at[4:]}".replace("-02-29T", "-02-28T")
    if erased and not ends < entry["purged_at"] <= now:
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


head, count, gone, now = bytes(32), 0, {}, datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
for count, line in enumerate(open(sys.argv[1], "rb"), 1):
    try:
        head, erased = link_of(line, count, head, now)
    except Exception as why:  # whatever is wrong with a line, that entry is bad
        sys.exit(f"entry {count} is bad: {why}")
    if erased:
        gone.setdefault(erased, []).append(count)
print(f"ok: {count} entries, {sum(map(len, gone.values()))} of them erased, head {head.hex()}")
for erased, numbers in gone.items():
    print(f"erased: {len(numbers)} of {erased} (entries {numbers[0]} to {numbers[-1]})")
