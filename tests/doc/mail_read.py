"""Reads a message with Python's e-mail library, another project's reader, and prints its parts as lines.

usage: mail_read.py < message
SPDX-License-Identifier: Apache-2.0
"""
import email
import email.policy
import sys

raw = sys.stdin.buffer.read()
raw.decode("ascii")  # nothing but ASCII goes over the wire
for line in raw.split(b"\r\n"):
    assert len(line) <= 998 and b"\n" not in line and b"\r" not in line, line
    assert len(line) <= 78 or line.lower().startswith(b"content-type"), line
message = email.message_from_bytes(raw, policy=email.policy.default)
assert not message.defects, message.defects
for name in ("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Content-Language", "Auto-Submitted"):
    if message[name]:
        print(f"{name}: {message[name]}")
for part in message.walk():
    assert not part.defects, part.defects
    if part.is_multipart():
        print(f"[{part.get_content_type()}]")
    elif part.get_filename():
        print(f"[{part.get_content_type()} {part.get_filename()}] {len(part.get_content())} {part.get_content()[:8]!r}")
    else:
        text = part.get_content().replace("\r\n", "\n")
        print(f"[{part.get_content_type()}] {text!r}")
