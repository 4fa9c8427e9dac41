"""A server for one conversation, for tests: SMTP (mode mail, reject; tls: from the start) or HTTP (mode sms).

usage: server.py MODE PORT_FILE OUTPUT_FILE [CERTIFICATE_AND_KEY]
Standard library only.
Writes its port to PORT_FILE, what it was sent to OUTPUT_FILE, and ends.
SPDX-License-Identifier: Apache-2.0
"""
import os
import socket
import ssl
import sys


def line_of(f):
    line = f.readline()
    if not line:
        sys.exit(3)
    assert line.endswith(b"\r\n"), line
    return line[:-2]


def smtp(conn, mode):
    f = conn.makefile("rb")
    say = lambda text: conn.sendall(text.encode() + b"\r\n")
    envelope, body = [], []
    say("220 test.example ESMTP")
    while True:
        line = line_of(f)
        verb = line.split(b" ")[0].split(b":")[0].upper()
        if verb == b"EHLO":
            say("250-test.example")
            say("250-8BITMIME")
            say("250 SIZE 33554432")
        elif verb in (b"MAIL", b"RCPT"):
            envelope.append(line)
            say("550 no such mailbox" if mode == "reject" and verb == b"RCPT" else "250 ok")
        elif verb == b"DATA":
            say("354 go on")
            while True:
                line = line_of(f)
                if line == b".":
                    break
                body.append(line[1:] if line.startswith(b".") else line)
            say("250 taken")
        elif verb == b"QUIT":
            say("221 bye")
            return b"\r\n".join(envelope) + b"\r\n\r\n" + b"\r\n".join(body) + b"\r\n"
        else:
            say("250 ok")


def http(conn):
    f = conn.makefile("rb")
    head, length = [], 0
    while True:
        line = line_of(f)
        if not line:
            break
        head.append(line)
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    body = f.read(length)
    conn.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    return b"\n".join(head) + b"\n\n" + body


def main():
    mode, port_file, output = sys.argv[1:4]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        listener.settimeout(15)
        with open(port_file + ".new", "w") as f:
            f.write(str(listener.getsockname()[1]))
        os.rename(port_file + ".new", port_file)
        conn, _ = listener.accept()
        conn.settimeout(15)
        if mode == "tls":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[4])
            conn = context.wrap_socket(conn, server_side=True)
        with conn:
            text = http(conn) if mode == "sms" else smtp(conn, mode)
    with open(output, "wb") as f:
        f.write(text)


main()
