#!/usr/bin/env python3
"""Times of the server: `first PORT COMMAND…` starts it five times and prints "<median ms> <pid of the last>";
`load PORT` signs in and asks for pages over 100 connections at once, packed as browsers ask for them, and prints
name|value|unit|target lines.

Needs Python 3.8 and nothing else. The client shares the machine with the server, so what it prints is an upper bound.
SPDX-License-Identifier: Apache-2.0
"""
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

CONNECTIONS = 100
REQUESTS = 30  # of each connection


def first(port, command):
    times = []
    for i in range(5):
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        while True:
            try:
                s = socket.create_connection(("127.0.0.1", port), timeout=5)
            except ConnectionRefusedError:
                if child.poll() is not None or time.monotonic() - start > 20:
                    sys.exit("the server did not start")
                time.sleep(0.0005)
                continue
            s.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            data = b""
            while True:
                piece = s.recv(65536)
                if not piece:
                    break
                data += piece
            s.close()
            if not data.startswith(b"HTTP/1.1 200"):
                sys.exit("the first page is not there: " + data[:60].decode("latin-1"))
            break
        times.append((time.monotonic() - start) * 1000)
        if i < 4:
            os.kill(child.pid, signal.SIGTERM)
            child.wait()
    print("%.1f %d" % (sorted(times)[2], child.pid))


async def one(port, path, headers, times):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = ("GET %s HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n%s\r\n" % (path, headers)).encode()
    for _ in range(REQUESTS):
        start = time.monotonic()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit("%s: %s" % (path, head[:40].decode("latin-1")))
        length = next(int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        times.append((time.monotonic() - start) * 1000)
    writer.close()


async def load(port):
    base = "http://127.0.0.1:%d" % port

    def token(login):
        body = json.dumps({"login": login}).encode()
        with urllib.request.urlopen(urllib.request.Request(base + "/api/v1/session", body)) as r:
            return json.load(r)["token"]

    officer = "Authorization: Bearer %s\r\n" % token("officer")
    pages = [("first page", "/", ""), ("public log", "/log", ""), ("my work of an officer", "/", officer),
             ("page of a case", "/case/APP-000001", officer), ("API: list of cases", "/api/v1/cases?type=application&limit=50", officer)]
    for name, path, headers in pages:
        times = []
        start = time.monotonic()
        await asyncio.gather(*(one(port, path, headers, times) for _ in range(CONNECTIONS)))
        spent = time.monotonic() - start
        times.sort()
        print("%s, %d connections: a second|%.0f||" % (name, CONNECTIONS, len(times) / spent))
        print("%s: median|%.1f|ms|" % (name, times[len(times) // 2]))
        print("%s: 99 of 100 within|%.1f|ms|" % (name, times[len(times) * 99 // 100]))


if __name__ == "__main__":
    if len(sys.argv) > 3 and sys.argv[1] == "first":
        first(int(sys.argv[2]), sys.argv[3:])
    elif len(sys.argv) == 3 and sys.argv[1] == "load":
        asyncio.run(load(int(sys.argv[2])))
    else:
        sys.exit(__doc__)
