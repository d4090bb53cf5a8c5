"""Keeps a list of things to do, for as long as the process lives."""

import signal
from itertools import count

from flask import Flask, request
from waitress import serve

app = Flask(__name__)
ids = count(1)
todos = []


@app.get("/todos")
def index():
    return todos


@app.post("/todos")
def create():
    match request.get_json(silent=True):
        case {"title": str(title)} if title.strip():
            todo = {"id": next(ids), "title": title.strip()}
            todos.append(todo)
            print(f"added {todo['id']}")
            return todo, 201
        case _:
            return {"error": "'title' must be text, and not empty"}, 400


@app.get("/health")
def health():
    return {"status": "ok"}


if __name__ == "__main__":
    # A stop asked by the engine ends the server as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    serve(app, port=5000)
