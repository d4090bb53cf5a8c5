"""The shop's API: books, and orders for them."""

import hashlib
import os
import signal

from flask import Flask
from waitress import serve

import shop

app = Flask(__name__)
app.secret_key = shop.secret("session_key")


@app.get("/")
def index():
    key = hashlib.sha256(app.secret_key.encode()).hexdigest()[:8]
    return {"title": shop.settings()["title"], "log_level": os.environ["LOG_LEVEL"], "key": key}


@app.get("/books")
def books():
    rows = shop.connect().run("SELECT id, title FROM books ORDER BY id")
    return [{"id": id, "title": title} for id, title in rows]


@app.post("/books/<int:book>/orders")
def order(book):
    [[id]] = shop.connect().run("INSERT INTO orders (book) VALUES (:book) RETURNING id", book=book)
    return {"order": id}, 201


@app.get("/orders/<int:id>")
def status(id):
    rows = shop.connect().run("SELECT packed_by FROM orders WHERE id = :id", id=id)
    if not rows:
        return {"error": "no such order"}, 404
    return {"order": id, "packed_by": rows[0][0]}


@app.get("/health")
def health():
    return {"status": "ok"}


if __name__ == "__main__":
    # A stop asked by the engine ends the server as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    serve(app, port=8000)
