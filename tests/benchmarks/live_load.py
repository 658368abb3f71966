"""Clients in a process of their own: ADDRESS PATH KEY EVENTS_A_REQUEST REQUESTS_A_SECOND SECONDS CONNECTIONS.

With a rate, a request is due at a fixed instant, and its latency counts from then, whoever was late; with the
rate 0, each connection sends as soon as it was answered. Prints JSON.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit


def bodies(key: str, events: int, count: int) -> list[bytes]:
    """Requests of Segment's shape about a hundred thousand leads, each message with an id of its own."""
    made = []
    for number in range(count):
        batch = [
            {
                "type": "track",
                "userId": f"lead{(number * 7919 + place * 104729) % 100_000 + 1}",
                "event": "visited",
                "messageId": f"{time.time_ns()}-{number}-{place}",
                "properties": {"path": "/pricing", "device": "phone", "seconds": place},
            }
            for place in range(events)
        ]
        made.append(json.dumps({"batch": batch, "writeKey": key}).encode())
    return made


def send(  # noqa: PLR0917  # the arguments of a thread
    address: str, path: str, work: list[bytes], dues: list[float], took: list[float], until: float
) -> None:
    """Sends what there is until the time is over; notes how long each took, in seconds."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    while work:
        now = time.perf_counter()
        if now > until:
            return
        try:
            body, due = work.pop(), dues.pop() if dues else now
        except IndexError:
            return
        if due > now:
            time.sleep(due - now)
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        took.append(time.perf_counter() - due)


def main() -> None:
    """Runs the clients."""
    address, path, key, events, rate, seconds, connections = sys.argv[1:]
    count = (
        int(float(rate) * float(seconds)) if float(rate) else int(40_000 * float(seconds) / int(events)) + 1
    )
    work = bodies(key, int(events), count)
    work.reverse()
    start = time.perf_counter() + 0.05
    dues = [start + number / float(rate) for number in range(count)][::-1] if float(rate) else []
    took: list[float] = []
    until = start + float(seconds) * (3 if dues else 1)
    threads = [
        threading.Thread(target=send, args=(address, path, work, dues, took, until))
        for _ in range(int(connections))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - start
    took.sort()
    found = {
        "requests": len(took),
        "a_second": len(took) * int(events) / spent,
        "p50": took[len(took) // 2] * 1000,
        "p99": took[int(len(took) * 0.99)] * 1000,
        "unsent": len(work),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
