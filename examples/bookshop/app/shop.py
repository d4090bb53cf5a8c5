"""What every part of the shop knows: its settings, and the way to the database."""

import configparser
import os
from pathlib import Path

import pg8000.native


def secret(name):
    return Path("/run/secrets", name).read_text().strip()


def settings():
    parser = configparser.ConfigParser()
    parser.read("/etc/bookshop/shop.ini")
    return parser["shop"]


def connect():
    return pg8000.native.Connection("shop", host=os.environ["DATABASE_HOST"], password=secret("db_password"))
