"""api_client.py: one call of the API, for the clients of the store's tests.
SPDX-License-Identifier: Apache-2.0"""
import json
import urllib.request


def call(url, body=None, token=None, key=None, timeout=60):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    if key:
        headers["Idempotency-Key"] = key
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.load(answer)
