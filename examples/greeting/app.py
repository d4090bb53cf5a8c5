"""Greets. All configuration comes from the environment, all logs go to stdout."""

import logging
import os
import sys

import uvicorn
from fastapi import FastAPI

GREETING = os.environ.get("APP_GREETING", "Hello")

app = FastAPI()


@app.get("/hello")
def hello(name: str = "world"):
    return {"message": f"{GREETING}, {name}"}


@app.get("/health")
def health():
    return {"status": "ok"}


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(message)s")
    uvicorn.run(app, host="0.0.0.0", port=8000, log_config=None)
