"""Counts visits in Redis."""

import os
import signal

from flask import Flask
from redis import Redis
from waitress import serve

app = Flask(__name__)
redis = Redis.from_url(os.environ["REDIS_URL"])


@app.get("/")
def visit():
    count = redis.incr("count")
    print(f"visit {count}")
    return {"count": count}


@app.get("/health")
def health():
    return {"status": "ok"}


if __name__ == "__main__":
    # A stop asked by the engine ends the server as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    serve(app, port=5000)
